import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columns, hello, series } from './frames.js';
import { type EngineOptions, FakeEngine, type TestConnection } from './ingest-fixture.js';

type Point = [ref: number, value: number];

/** 100 points of ref 1 with values from `from` on: 1,240 bytes of a ring. */
const hundred = (from: number): Point[] => Array.from({ length: 100 }, (_, i) => [1, from + i]);

/** An engine whose ring has room for three batches of a hundred points, and a connection to it. */
function small(options: EngineOptions = {}): { engine: FakeEngine; connection: TestConnection } {
  const engine = new FakeEngine({ ringBytes: 4_096, ...options });
  const connection = engine.connect();
  connection.send(series({ ref: 1, name: 'm' }));
  return { engine, connection };
}

const values = (engine: FakeEngine): number[] => engine.points.map((p) => p.value);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('BUSY comes when a ring is full; later batches in flight are passed over until that one comes again', () => {
  const { engine, connection } = small();
  for (let seq = 1; seq <= 6; seq++) connection.send(columns(seq, hundred((seq - 1) * 100)));
  assert.deepEqual(connection.answers, [[66, 4, 25, 'ring_full']]);
  assert.equal(engine.counters.busy, 1);
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 3, 300, []]]);
  // The client sent 7 before it read the BUSY.
  connection.send(columns(7, hundred(600)));
  assert.deepEqual(connection.answers, []);
  for (let seq = 4; seq <= 6; seq++) connection.send(columns(seq, hundred((seq - 1) * 100)));
  engine.settle();
  connection.send(columns(7, hundred(600)));
  engine.settle();
  assert.deepEqual(connection.answers, [
    [65, 6, 300, []],
    [65, 7, 100, []],
  ]);
  assert.deepEqual(values(engine), upTo(700));
});

test('BUSY comes again as long as the ring is full, and the connection stays open', () => {
  const { engine, connection } = small();
  for (let seq = 1; seq <= 4; seq++) connection.send(columns(seq, hundred((seq - 1) * 100)));
  for (let i = 0; i < 3; i++) connection.send(columns(4, hundred(300)));
  assert.deepEqual(
    connection.answers,
    [1, 2, 3, 4].map(() => [66, 4, 25, 'ring_full']),
  );
  engine.settle();
  connection.send(columns(4, hundred(300)));
  engine.settle();
  assert.deepEqual(connection.answers, [
    [65, 3, 300, []],
    [65, 4, 100, []],
  ]);
  assert.equal(connection.socket.closed, undefined);
  assert.deepEqual(values(engine), upTo(400));
});

test('a batch is taken by all shards or by none when one of their rings is full', () => {
  const engine = new FakeEngine({ shards: 2, ringBytes: 4_096 });
  const connection = engine.connect();
  // Enough series that both shards have some.
  const refs = Array.from({ length: 20 }, (_, ref) => ref);
  connection.send(series(...refs.map((ref) => ({ ref, name: `m${ref}` }))));
  connection.send(
    columns(
      1,
      refs.map((ref) => [ref, ref]),
    ),
  );
  engine.settle();
  const shardOf = new Map(engine.points.map((p) => [p.value, p.shard]));
  const alone = refs.find((ref) => shardOf.get(ref) === 0)!;
  const other = refs.find((ref) => shardOf.get(ref) === 1)!;
  engine.points.length = 0;
  connection.answers;
  // Fills the ring of shard 0, then a batch for both, of another size.
  let seq = 2;
  while (connection.socket.sent.length === 0) connection.send(columns(seq++, Array(100).fill([alone, 0])));
  const both: Point[] = [...Array<Point>(60).fill([other, 7]), ...Array<Point>(110).fill([alone, 8])];
  connection.send(columns(--seq, both));
  assert.deepEqual(
    connection.answers.map((answer) => (answer as number[])[1]),
    [seq, seq],
  );
  engine.take(1);
  assert.equal(engine.points.length, 0);
  engine.settle();
  connection.send(columns(seq, both));
  engine.settle();
  assert.equal(engine.points.filter((p) => p.value === 7).length, 60);
  assert.equal(engine.points.filter((p) => p.value === 8).length, 110);
});

test('a batch waits for the definitions of its series when the ring has no room for them', () => {
  const { engine, connection } = small();
  for (let seq = 1; seq <= 3; seq++) connection.send(columns(seq, hundred(0)));
  // A definition of 80 bytes still fits, one of a kilobyte does not.
  connection.send(series({ ref: 2, name: 'n', labels: { path: 'x'.repeat(1_000) } }));
  connection.send(columns(4, [[2, 1]]));
  assert.deepEqual(connection.answers, [[66, 4, 25, 'ring_full']]);
  engine.settle();
  connection.send(columns(4, [[2, 1]]));
  engine.settle();
  assert.equal(engine.points.at(-1)?.series, `n{path=${'x'.repeat(1_000)}}`);
});

test('BUSY says that nothing can be stored when a shard says so, though its ring has room', () => {
  const { engine, connection } = small({ shards: 2 });
  engine.shardCounters[1]!.set('unableToStore', 1);
  connection.send(columns(1, hundred(0)));
  connection.send(columns(2, hundred(100)));
  assert.deepEqual(connection.answers, [[66, 1, 1_000, 'unable_to_store']]);
  engine.shardCounters[1]!.set('unableToStore', 0);
  connection.send(columns(1, hundred(0)));
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 1, 100, []]]);
});

test('BUSY comes when more batches are in flight than may be', () => {
  const engine = new FakeEngine({ limits: { inFlightMax: 3 } });
  const connection = engine.connect();
  connection.send(hello({ producer: 'p' }));
  connection.send(series({ ref: 1, name: 'm' }));
  connection.answers;
  for (let seq = 1; seq <= 5; seq++) connection.send(columns(seq, [[1, seq]]));
  assert.deepEqual(connection.answers, [[66, 4, 10, 'in_flight_limit']]);
  engine.settle();
  for (let seq = 4; seq <= 5; seq++) connection.send(columns(seq, [[1, seq]]));
  engine.settle();
  assert.deepEqual(connection.answers, [
    [65, 3, 3, []],
    [65, 5, 2, []],
  ]);
  assert.deepEqual(values(engine), [1, 2, 3, 4, 5]);
});

test('a batch with an old seq is answered while a later one waits to come again', () => {
  // A regression: the old one ended the waiting, and what had been on its way was answered as out of order.
  const { engine, connection } = small();
  for (let seq = 1; seq <= 5; seq++) connection.send(columns(seq, hundred((seq - 1) * 100)));
  assert.deepEqual(connection.answers, [[66, 4, 25, 'ring_full']]);
  engine.settle();
  connection.answers;
  connection.send(columns(2, hundred(100)));
  assert.deepEqual(connection.answers, [[65, 2, 100, []]]);
  // Batch 5 was on its way: it still stands behind 4, which was not taken.
  connection.send(columns(5, hundred(400)));
  assert.deepEqual(connection.answers, []);
  connection.send(columns(4, hundred(300)));
  connection.send(columns(5, hundred(400)));
  engine.settle();
  assert.deepEqual(connection.answers, [[65, 5, 200, []]]);
  assert.deepEqual(values(engine), upTo(500));
});
