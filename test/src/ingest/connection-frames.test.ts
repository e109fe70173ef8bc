import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import { columns, series } from './frames.js';
import { FakeEngine, NOW_MS, type TestConnection } from './ingest-fixture.js';

type ErrorFrame = [67, number, string, number | null];

function connect(engine = new FakeEngine()): TestConnection {
  const connection = engine.connect();
  connection.send(series({ ref: 1, name: 'm' }));
  return connection;
}

/** That bytes are answered with one ERROR and close the connection with the same code and text. */
function checkCloses(bytes: Uint8Array, code: number, text: RegExp): void {
  const engine = new FakeEngine({ limits: { frameBytesMax: 1_000 } });
  const connection = connect(engine);
  connection.sendBytes(bytes);
  const answers = connection.answers as ErrorFrame[];
  assert.equal(answers.length, 1);
  assert.deepEqual(answers[0]?.slice(0, 2), [67, code]);
  assert.match(answers[0]![2], text);
  assert.deepEqual(connection.socket.closed, { code, reason: answers[0]![2] });
  connection.send(columns(1, [[1, 1]]));
  engine.settle();
  assert.deepEqual([connection.answers, engine.points], [[], []]);
}

test('a frame that cannot be parsed closes the connection with 1007', () => {
  const check = (bytes: number[], text: RegExp) => checkCloses(Uint8Array.from(bytes), 1007, text);
  check([], /an empty message/);
  check([0xc1], /bytes that begin with c1/);
  check([0x90], /bytes that begin with 90/);
  check([0x01], /bytes that begin with 01/);
  check([0x80], /bytes that begin with 80/);
  check([0x92, 0xa1, 0x61, 0x01], /bytes that begin with 92 a1 61 01$/);
  check([0x92, 0x01], /the list of series/);
  check([0x92, 0x01, 0x90, 0x00], /expected the end of the frame/);
  check([0x96, 0x02, 0x01, 0x00, 0xc4, 0x04, 0x01], /refs/);
  check([0x93, 0x03, 0x01, 0x91, 0xc1], /a row/);
  check([0x92, 0x00, 0x81], /HELLO/);
});

test('a frame that is cut off after good rows takes none of them', () => {
  const engine = new FakeEngine();
  const connection = connect(engine);
  const whole = encode([
    3,
    1,
    [
      ['good', 1, NOW_MS],
      ['better', 2, NOW_MS],
    ],
  ]);
  connection.sendBytes(whole.subarray(0, whole.length - 3));
  assert.equal(connection.socket.closed?.code, 1007);
  engine.settle();
  assert.deepEqual(engine.points, []);
});

test('a frame that is too large closes the connection with 1009', () => {
  checkCloses(new Uint8Array(1_001), 1009, /expected a frame of up to 1000 bytes, got 1001/);
});

test('a frame of the largest size is taken', () => {
  const engine = new FakeEngine({ limits: { frameBytesMax: 1_000 } });
  const connection = connect(engine);
  const frame = new Uint8Array(1_000);
  // An extra element fills the frame up, as a later version may have one.
  const start = encode([3, 1, []]);
  frame.set(start);
  frame[0] = 0x94;
  frame.set([0xc5, (1_000 - start.length - 3) >> 8, (1_000 - start.length - 3) & 255], start.length);
  connection.sendBytes(frame);
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 1, 0, []]]);
});

test('a text message closes the connection with 1007', () => {
  const connection = connect();
  connection.connection.onText();
  assert.equal(connection.socket.closed?.code, 1007);
  assert.equal((connection.answers[0] as ErrorFrame)[1], 1007);
});

test('a frame that is MessagePack and not the protocol is answered with ERROR, and the connection goes on', () => {
  const check = (value: unknown, seq: number | null, text: RegExp) => {
    const engine = new FakeEngine();
    const connection = connect(engine);
    connection.sendBytes(encode(value));
    const [[opcode, code, message, about]] = connection.answers as [ErrorFrame];
    assert.deepEqual([opcode, code, about], [67, 4400, seq]);
    assert.match(message, text);
    assert.equal(connection.socket.closed, undefined);
    connection.send(columns(1, [[1, 1]]));
    engine.settle();
    assert.deepEqual(connection.answers, [[65, 1, 1, []]]);
  };
  const bytes = (length: number): Uint8Array => new Uint8Array(length);
  check([64, {}], null, /expected HELLO \(0\), SERIES \(1\), COLUMNS \(2\) or ROWS \(3\), got WELCOME/);
  check([9], null, /got opcode 9/);
  check([1, 7], null, /the list of series/);
  check([1, [['one']]], null, /a series/);
  check([2, 0, 0, bytes(0), null, bytes(0)], null, /expected seq as an integer from 1, got 0/);
  check([2, 1, 'now', bytes(0), null, bytes(0)], 1, /baseMs/);
  check([2, 1, 0, bytes(4), null, bytes(9)], 1, /expected columns of 4, 4 and 8 bytes a point/);
  check([2, 1, 0, bytes(4), bytes(8), bytes(8)], 1, /dt of 8 bytes/);
  check([2, 1, 0, bytes(3), null, bytes(8)], 1, /refs of 3 bytes/);
  check([2, 1, 0, bytes(40_004), null, bytes(80_008)], 1, /at most 10000 points in a batch, got 10001/);
  check([3, 1, Array.from({ length: 10_001 }, () => 0)], 1, /at most 10000 rows in a batch, got 10001/);
  check([3, 1, 7], 1, /the list of rows/);
});

test('SERIES binds a ref again: to the same series nothing changes, to another the points go there', () => {
  const engine = new FakeEngine();
  const connection = connect(engine);
  connection.send(columns(1, [[1, 1]]));
  connection.send(series({ ref: 1, name: 'm' }));
  connection.send(columns(2, [[1, 2]]));
  connection.send(series({ ref: 1, name: 'n', labels: { host: 'a' } }, { ref: 2, name: 'm' }));
  connection.send(
    columns(3, [
      [1, 3],
      [2, 4],
    ]),
  );
  engine.settle();
  assert.deepEqual(
    engine.points.map((p) => [p.series, p.value]),
    [
      ['m', 1],
      ['m', 2],
      ['n{host=a}', 3],
      ['m', 4],
    ],
  );
  assert.equal(engine.resolver.seriesCount, 2);
});

test('SERIES takes any ref of 32 bits', () => {
  const engine = new FakeEngine();
  const connection = connect(engine);
  const refs = [0, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1];
  connection.send(series(...refs.map((ref) => ({ ref, name: `m${ref}` }))));
  connection.send(
    columns(
      1,
      refs.map((ref) => [ref, ref]),
    ),
  );
  engine.settle();
  assert.deepEqual(
    engine.points.map((p) => [p.series, p.value]),
    refs.map((ref) => [`m${ref}`, ref]),
  );
});

test('refs die with their connection, and series do not', () => {
  const engine = new FakeEngine();
  connect(engine).connection.onClosed();
  const other = engine.connect();
  other.send(columns(1, [[1, 1]]));
  engine.settle();
  assert.deepEqual(other.answers, [[65, 1, 0, [['unknown_ref', 1, 0]]]]);
  other.send(series({ ref: 5, name: 'm' }));
  assert.equal(engine.resolver.seriesCount, 1);
});

test('the bindings before a broken entry of SERIES hold', () => {
  const engine = new FakeEngine();
  const connection = engine.connect();
  connection.sendBytes(encode([1, [[7, 'good', {}], ['bad']]]));
  assert.equal((connection.answers[0] as ErrorFrame)[1], 4400);
  connection.send(columns(1, [[7, 1]]));
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 1, 1, []]]);
});

test('frames and bytes are counted', () => {
  const engine = new FakeEngine();
  const connection = connect(engine);
  const bytes = encode([9]);
  connection.sendBytes(bytes);
  assert.equal(engine.counters.frames, 2);
  assert.ok(engine.counters.bytes > bytes.length);
  assert.equal(engine.counters.errors, 1);
});
