import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import { encodeColumns } from '../../../protocol/frames/columns.js';
import { encodeRows } from '../../../protocol/frames/rows.js';
import { HISTORY_BATCH_POINTS_MAX, HISTORY_IN_FLIGHT_MAX } from '../../../src/ingest/limits.js';
import { columns, hello, series } from './frames.js';
import {
  CLOCK_SKEW_MS,
  FakeEngine,
  HISTORY_MS,
  NOW_MS,
  RETENTION_MS,
  type TestConnection,
} from './ingest-fixture.js';

const welcome = (lastSeq: number): unknown => [
  64,
  {
    v: 1,
    server: 'millrace test',
    maxFrameBytes: 16 * 1024 * 1024,
    maxPointsPerBatch: 10_000,
    maxInFlight: 64,
    lastSeq,
  },
];

/** A connection of the producer `name` with ref 1 bound, welcomed when nothing of it is in flight. */
function producer(engine: FakeEngine, name: string, ack: 'durable' | 'memory' = 'durable'): TestConnection {
  const connection = engine.connect();
  connection.send(hello({ producer: name, ack }));
  connection.send(series({ ref: 1, name: 'm' }));
  return connection;
}

test('a connection takes frames without HELLO, with durable acks and no producer', () => {
  const engine = new FakeEngine();
  const connection = engine.connect();
  connection.send(series({ ref: 1, name: 'm' }));
  connection.send(columns(1, [[1, 5]]));
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 1, 1, []]]);
  assert.deepEqual(engine.entries, [{ shard: 0, producer: 0, seq: 1, points: 1 }]);
});

test('HELLO is answered with WELCOME, which tells the limits', () => {
  const engine = new FakeEngine();
  const connection = engine.connect();
  connection.send(hello());
  assert.deepEqual(connection.answers, [welcome(0)]);
});

test('HELLO is refused when it is not the first frame, and the connection stays open', () => {
  const engine = new FakeEngine();
  const check = (first: Parameters<TestConnection['send']>[0]) => {
    const connection = engine.connect();
    connection.send(first);
    connection.answers;
    connection.send(hello());
    assert.deepEqual(connection.answers, [
      [67, 4400, 'expected HELLO as the first frame of a connection, got it behind another', null],
    ]);
    assert.equal(connection.socket.closed, undefined);
    connection.send(series({ ref: 1, name: 'm' }));
    assert.deepEqual(connection.answers, []);
  };
  check(hello());
  check(series());
  check((writer) => writer.writeRaw(encode([9, 'what'])));
});

test('HELLO is refused when its version or its fields are not those of the protocol', () => {
  const check = (fields: unknown, text: RegExp) => {
    const connection = new FakeEngine().connect();
    connection.sendBytes(encode([0, fields]));
    const [[opcode, code, message]] = connection.answers as [[number, number, string]];
    assert.deepEqual([opcode, code], [67, 4400]);
    assert.match(message, text);
    assert.equal(connection.socket.closed, undefined);
  };
  check({ v: 2 }, /expected v 1, got 2/);
  check({}, /expected v 1, got none/);
  check({ v: 1, ack: 'perhaps' }, /expected ack as "durable" or "memory"/);
  check({ v: 1, producer: 7 }, /expected producer/);
  check(7, /HELLO/);
});

test('a connection is closed with 4401 when a token is needed and none or a wrong one comes', () => {
  const check = (write: (connection: TestConnection) => void) => {
    const engine = new FakeEngine({ tokens: ['secret', 'other'] });
    const connection = engine.connect();
    write(connection);
    const [[opcode, code]] = connection.answers as [[number, number]];
    assert.deepEqual([opcode, code, connection.socket.closed?.code], [67, 4401, 4401]);
    // What comes behind is not looked at.
    connection.send(hello({ token: 'secret' }));
    connection.send(series({ ref: 1, name: 'm' }));
    assert.deepEqual(connection.answers, []);
    assert.equal(engine.resolver.seriesCount, 0);
  };
  check((c) => c.send(hello()));
  check((c) => c.send(hello({ token: 'Secret' })));
  check((c) => c.send(hello({ token: '' })));
  check((c) => c.send(series({ ref: 1, name: 'm' })));
  check((c) => c.send(columns(1, [])));
  check((c) => c.sendBytes(encode([99])));
});

test('any of the tokens opens the door, and none is needed where there are none', () => {
  const engine = new FakeEngine({ tokens: ['secret', 'other'] });
  for (const token of ['secret', 'other']) {
    const connection = engine.connect();
    connection.send(hello({ token }));
    assert.deepEqual(connection.answers, [welcome(0)]);
    connection.send(series({ ref: 1, name: 'm' }));
    assert.deepEqual(connection.answers, []);
  }
  const open = new FakeEngine().connect();
  open.send(hello({ token: 'whatever' }));
  assert.deepEqual(open.answers, [welcome(0)]);
});

test('WELCOME tells a producer the highest seq that is durable', () => {
  const engine = new FakeEngine({ shards: 2 });
  const first = producer(engine, 'p');
  for (const seq of [1, 2, 3]) first.send(columns(seq, [[1, seq]]));
  engine.settle();
  assert.deepEqual(first.answers, [welcome(0), [65, 3, 3, []]]);
  first.connection.onClosed();
  assert.deepEqual(producer(engine, 'p').answers, [welcome(3)]);
  assert.deepEqual(producer(engine, 'q').answers, [welcome(0)]);
  assert.deepEqual(engine.producerNames, new Map([[1, 'p']]));
});

test('a second connection of a producer takes over: the first is closed with 4409', () => {
  const engine = new FakeEngine();
  const first = producer(engine, 'p');
  const second = producer(engine, 'p');
  assert.deepEqual([first.socket.closed?.code, second.socket.closed], [4409, undefined]);
  assert.equal(engine.counters.takeovers, 1);
  // The old one may still call: what it sends is not taken.
  first.send(columns(1, [[1, 1]]));
  second.send(columns(1, [[1, 2]]));
  engine.settle();
  assert.deepEqual(
    engine.points.map((p) => p.value),
    [2],
  );
  first.connection.onClosed();
  const third = producer(engine, 'p');
  assert.deepEqual([second.socket.closed?.code, third.socket.closed], [4409, undefined]);
});

test('a connection that was given up does not take over when its HELLO comes behind that of its successor', () => {
  const engine = new FakeEngine();
  const greet = (instance: string, attempt: number): TestConnection => {
    const connection = engine.connect();
    connection.send(hello({ producer: 'p', instance, attempt }));
    connection.send(series({ ref: 1, name: 'm' }));
    return connection;
  };
  const second = greet('i', 2);
  const ghost = greet('i', 1);
  assert.deepEqual([ghost.socket.closed?.code, ghost.answers, second.socket.closed], [1000, [], undefined]);
  assert.equal(engine.counters.takeovers, 0);
  ghost.send(columns(1, [[1, 1]]));
  ghost.connection.onClosed();
  second.send(columns(1, [[1, 2]]));
  engine.settle();
  assert.deepEqual(second.answers, [welcome(0), [65, 1, 1, []]]);
  assert.deepEqual(
    engine.points.map((p) => p.value),
    [2],
  );
  // Later connections of the instance, and other processes, take over as ever.
  const third = greet('i', 3);
  assert.equal(second.socket.closed?.code, 4409);
  greet('j', 1);
  assert.equal(third.socket.closed?.code, 4409);
});

test('HELLO with backfill takes points as old as any tier keeps, on this connection alone', () => {
  const engine = new FakeEngine();
  const old = NOW_MS - RETENTION_MS - 1;
  const check = (connection: TestConnection, timeMs: number, wanted: unknown) => {
    connection.answers;
    connection.send(series({ ref: 1, name: 'm' }));
    connection.send((writer) =>
      encodeColumns(writer, 1, timeMs, {
        refs: Uint32Array.of(1),
        values: Float64Array.of(1),
        dt: undefined,
      }),
    );
    connection.send((writer) => encodeRows(writer, 2, [{ name: 'm', value: 1, timestamp: timeMs }]));
    engine.settle();
    assert.deepEqual(connection.answers, wanted);
  };
  const history = (): TestConnection => {
    const connection = engine.connect();
    connection.send(hello({ backfill: true }));
    return connection;
  };
  const refused = (reason: string): unknown => [1, 2].map((seq) => [65, seq, 0, [[reason, 1, 0]]]);
  check(history(), old, [[65, 2, 2, []]]);
  check(engine.connect(), old, refused('too_old'));
  check(history(), NOW_MS - HISTORY_MS - 1, refused('too_old'));
  check(history(), NOW_MS + CLOCK_SKEW_MS + 1, refused('too_far_ahead'));
  check(history(), -8.65e15, refused('invalid_time'));
  check(history(), Number.NaN, refused('invalid_time'));
});

test('WELCOME tells a history smaller limits, and keeps it to its batches in flight', () => {
  const engine = new FakeEngine({ limits: { pointsPerBatchMax: 50_000 } });
  const connection = engine.connect();
  connection.send(hello({ backfill: true }));
  const [[, told]] = connection.answers as [[number, { maxInFlight: number; maxPointsPerBatch: number }]];
  assert.deepEqual(
    [told.maxInFlight, told.maxPointsPerBatch],
    [HISTORY_IN_FLIGHT_MAX, HISTORY_BATCH_POINTS_MAX],
  );
  connection.send(series({ ref: 1, name: 'm' }));
  for (let seq = 1; seq <= HISTORY_IN_FLIGHT_MAX + 1; seq++) connection.send(columns(seq, [[1, seq]]));
  assert.deepEqual(connection.answers, [[66, HISTORY_IN_FLIGHT_MAX + 1, 10, 'in_flight_limit']]);
  const small = new FakeEngine({ limits: { pointsPerBatchMax: 50, inFlightMax: 2 } }).connect();
  small.send(hello({ backfill: true }));
  const [[, least]] = small.answers as [[number, { maxInFlight: number; maxPointsPerBatch: number }]];
  assert.deepEqual([least.maxInFlight, least.maxPointsPerBatch], [2, 50]);
});

test('WELCOME waits until what the earlier connection had in flight is durable', () => {
  const engine = new FakeEngine({ shards: 2 });
  const first = producer(engine, 'p');
  first.send(columns(1, [[1, 1]]));
  first.send(columns(2, [[1, 2]]));
  const second = producer(engine, 'p');
  assert.deepEqual(second.answers, []);
  for (const shard of [0, 1]) engine.take(shard);
  engine.commit(0);
  engine.progress();
  assert.deepEqual(second.answers, []);
  engine.commit(1);
  engine.progress();
  assert.deepEqual(second.answers, [welcome(2)]);
  assert.deepEqual(first.answers, [welcome(0)]);
  second.send(columns(3, [[1, 3]]));
  engine.settle();
  assert.deepEqual(second.answers, [[65, 3, 1, []]]);
  assert.deepEqual(
    engine.points.map((p) => p.value),
    [1, 2, 3],
  );
});

test('WELCOME also waits for what was acknowledged from memory and is not durable yet', () => {
  // A regression: such a batch was forgotten with its ACK, and the next connection waited for it for ever.
  const engine = new FakeEngine({ shards: 2 });
  const first = producer(engine, 'p', 'memory');
  first.send(columns(1, [[1, 1]]));
  for (const shard of [0, 1]) engine.take(shard);
  engine.progress();
  assert.deepEqual(first.answers, [welcome(0), [65, 1, 1, []]]);
  first.connection.onClosed();
  const second = producer(engine, 'p', 'memory');
  assert.deepEqual(second.answers, []);
  for (const shard of [0, 1]) engine.commit(shard);
  engine.progress();
  assert.deepEqual(second.answers, [welcome(1)]);
  assert.equal(engine.waiting.size, 0);
});

test('batches that come before WELCOME are settled behind it', () => {
  const engine = new FakeEngine();
  const first = producer(engine, 'p');
  first.send(columns(1, [[1, 1]]));
  const second = producer(engine, 'p');
  // Seq 1 again: nobody told this connection that it is in flight already. The shard knows it.
  second.send(columns(1, [[1, 1]]));
  second.send(columns(2, [[1, 2]]));
  assert.deepEqual(second.answers, []);
  engine.settle();
  assert.deepEqual(second.answers, [welcome(1), [65, 2, 2, []]]);
  assert.deepEqual(
    engine.entries.map(({ producer: ref, seq }) => [ref, seq]),
    [
      [1, 1],
      [1, 1],
      [1, 2],
    ],
  );
});
