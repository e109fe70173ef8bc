import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columns, hello, rows, series } from './frames.js';
import { FakeEngine, NOW_MS, type TestConnection } from './ingest-fixture.js';

const valuesOf = (engine: FakeEngine): number[] => engine.points.map(({ value }) => value);

/** A connection with ref 1 bound to the series m. */
function bound(engine: FakeEngine, fields?: Parameters<typeof hello>[0]): TestConnection {
  const connection = engine.connect();
  if (fields !== undefined) connection.send(hello(fields));
  connection.send(series({ ref: 1, name: 'm' }));
  connection.answers;
  return connection;
}

test('an ACK comes when every shard has stored a batch, and not before', () => {
  for (const shards of [1, 2, 5]) {
    const engine = new FakeEngine({ shards });
    const connection = engine.connect();
    const refs = Array.from({ length: 40 }, (_, ref) => ref);
    connection.send(series(...refs.map((ref) => ({ ref, name: 'm', labels: { n: String(ref) } }))));
    connection.send(
      columns(
        1,
        refs.map((ref) => [ref, ref]),
      ),
    );
    for (let shard = 0; shard < shards; shard++) engine.take(shard);
    for (let shard = 0; shard < shards; shard++) {
      engine.progress();
      assert.deepEqual(connection.answers, [], `${shards} shards, ${shard} of them durable`);
      engine.commit(shard);
    }
    engine.progress();
    assert.deepEqual(connection.answers, [[65, 1, 40, []]]);
    assert.equal(engine.waiting.size, 0);
    assert.equal(engine.counters.inFlight, 0);
  }
});

test('an ACK comes when every shard has taken a batch, when memory was asked for', () => {
  const engine = new FakeEngine({ shards: 2 });
  const connection = bound(engine, { ack: 'memory' });
  connection.send(columns(1, [[1, 5]]));
  engine.progress();
  assert.deepEqual(connection.answers, []);
  engine.take(0);
  engine.take(1);
  engine.progress();
  assert.deepEqual(connection.answers, [[65, 1, 1, []]]);
});

test('one ACK settles all batches up to its seq, but each with refused points has its own', () => {
  const engine = new FakeEngine();
  const connection = bound(engine);
  connection.send(columns(1, [[1, 1]]));
  connection.send(rows(2, { name: 'r', value: 2 }, { name: '', value: 3 }));
  connection.send(
    columns(3, [
      [1, 4],
      [9, 5],
      [1, 6],
    ]),
  );
  connection.send(columns(4, [[1, 7]]));
  connection.send(columns(5, [[1, 8]]));
  engine.settle();
  assert.deepEqual(connection.answers, [
    [65, 2, 2, [['invalid_name', 1, 1]]],
    [65, 3, 2, [['unknown_ref', 1, 1]]],
    [65, 5, 2, []],
  ]);
  assert.deepEqual(valuesOf(engine), [1, 2, 4, 6, 7, 8]);
});

test('points reach the shard of their series with their time and value, whatever their number', () => {
  for (const shards of [1, 2, 5, 16]) {
    const engine = new FakeEngine({ shards });
    const connection = engine.connect();
    const names = Array.from({ length: 60 }, (_, i) => `m${i}`);
    connection.send(series(...names.map((name, ref) => ({ ref, name }))));
    connection.send(
      columns(
        1,
        names.map((_, ref) => [ref, ref + 0.5, ref * 7 - 100]),
      ),
    );
    connection.send(
      columns(
        2,
        names.map((_, ref) => [ref, -ref]),
        NOW_MS - 0.25,
      ),
    );
    connection.send(rows(3, ...names.map((name, i) => ({ name, value: i, timestamp: NOW_MS - i }))));
    engine.settle();
    for (const [i, name] of names.entries()) {
      const own = engine.points.filter((p) => p.series === name);
      assert.equal(new Set(own.map((p) => p.shard)).size, 1);
      assert.deepEqual(
        own.map((p) => [p.timeMs, p.value]),
        [
          [NOW_MS + i * 7 - 100, i + 0.5],
          [NOW_MS - 0.25, -i],
          [NOW_MS - i, i],
        ],
      );
    }
    assert.equal(engine.points.length, 180);
  }
});

test('a batch of a named producer goes to every shard, and one without a name only where it has points', () => {
  const engine = new FakeEngine({ shards: 5 });
  const named = bound(engine, { producer: 'p' });
  named.send(columns(1, [[1, 5]]));
  engine.settle();
  assert.deepEqual(
    engine.entries.map((e) => [e.shard, e.points]).sort(),
    [0, 1, 2, 3, 4].map((shard) => [shard, shard === engine.points[0]!.shard ? 1 : 0]),
  );
  engine.entries.length = 0;
  const nameless = bound(engine);
  nameless.send(columns(1, [[1, 5]]));
  engine.settle();
  assert.equal(engine.entries.length, 1);
});

test('a batch behind a gap is refused with the seq that was expected', () => {
  const engine = new FakeEngine();
  const connection = bound(engine);
  connection.send(columns(2, [[1, 2]]));
  assert.deepEqual(connection.answers, [[67, 4400, 'expected seq 1, got 2', 2]]);
  connection.send(columns(1, [[1, 1]]));
  connection.send(columns(3, [[1, 3]]));
  assert.deepEqual(connection.answers, [[67, 4400, 'expected seq 2, got 3', 3]]);
  connection.send(columns(2, [[1, 2]]));
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 2, 2, []]]);
  assert.deepEqual(valuesOf(engine), [1, 2]);
});

test('a batch that comes again on a connection without a name is acknowledged and not applied', () => {
  const engine = new FakeEngine();
  const connection = bound(engine);
  connection.send(columns(1, [[1, 1]]));
  engine.settle();
  connection.answers;
  connection.send(columns(1, [[1, 1]]));
  assert.deepEqual(connection.answers, [[65, 1, 1, []]]);
  engine.settle();
  assert.deepEqual(valuesOf(engine), [1]);
  assert.deepEqual([engine.counters.duplicates, engine.counters.accepted], [1, 1]);
});

test('a batch that comes again does not take back the ACK of a later one that it shares', () => {
  // A regression: the ACK had the seq of the batch that came last, so nobody heard that 3 was settled.
  const engine = new FakeEngine();
  const connection = bound(engine);
  for (const seq of [1, 2, 3, 2]) connection.send(columns(seq, [[1, seq]]));
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 3, 4, []]]);
  assert.deepEqual(valuesOf(engine), [1, 2, 3]);
});

test('a batch that a named producer sends again is left to its shards until it is durable, then settled at once', () => {
  const engine = new FakeEngine();
  const connection = bound(engine, { producer: 'p' });
  connection.send(columns(1, [[1, 1]]));
  connection.send(columns(1, [[1, 1]]));
  engine.settle();
  assert.equal(engine.entries.length, 2);
  connection.answers;
  connection.send(columns(1, [[1, 1]]));
  assert.deepEqual(connection.answers, [[65, 1, 1, []]]);
  engine.settle();
  assert.equal(engine.entries.length, 2);
});

test('a batch of which nothing goes to a shard is acknowledged, though no shard makes progress', () => {
  // A regression: it waited for a message of a shard that had nothing to say.
  const engine = new FakeEngine({ shards: 2 });
  const connection = bound(engine);
  connection.send(columns(1, [[1, 1]]));
  engine.settle();
  connection.answers;
  connection.send(columns(2, [[9, 1]]));
  assert.deepEqual(connection.answers, [[65, 2, 0, [['unknown_ref', 1, 0]]]]);
  connection.send(columns(3, []));
  connection.send(rows(4));
  assert.deepEqual(connection.answers, [
    [65, 3, 0, []],
    [65, 4, 0, []],
  ]);
});

test('a batch of which nothing goes to a shard waits for those before it', () => {
  const engine = new FakeEngine();
  const connection = bound(engine);
  connection.send(columns(1, [[1, 1]]));
  connection.send(columns(2, [[9, 1]]));
  assert.deepEqual(connection.answers, []);
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 2, 1, [['unknown_ref', 1, 0]]]]);
});

test('in-flight batches still become durable when their connection is gone', () => {
  const engine = new FakeEngine();
  const connection = bound(engine, { producer: 'p' });
  connection.send(columns(1, [[1, 1]]));
  connection.connection.onClosed();
  engine.settle();
  assert.deepEqual(connection.answers, []);
  assert.deepEqual([engine.counters.inFlight, engine.waiting.size], [0, 0]);
  const next = engine.connect();
  next.send(hello({ producer: 'p' }));
  assert.equal((next.answers[0] as [number, { lastSeq: number }])[1].lastSeq, 1);
});

test('onStopping() closes with 1001, and what comes behind it is not taken', () => {
  const engine = new FakeEngine();
  const connection = bound(engine);
  connection.connection.onStopping();
  connection.connection.onStopping();
  assert.equal(connection.socket.closed?.code, 1001);
  connection.send(columns(1, [[1, 1]]));
  engine.settle();
  assert.deepEqual(valuesOf(engine), []);
});
