import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Opcode, RejectCode } from '../../../protocol/index.js';
import { produce } from './fake-world.js';

const { hello, series, columns } = Opcode;

test('Producer says HELLO first, binds series before the points that need them, and sends after the interval', () => {
  const { world, producer } = produce({ token: 't', ack: 'memory', client: 'c/1', flushIntervalMs: 50 });
  const cpu = producer.series('cpu', { host: 'a' });
  producer.add(cpu, 1.5, 1000);
  producer.add(cpu, 2.5, 1007);
  world.socket.welcome();
  assert.deepEqual(world.socket.opcodes, [hello]);
  const { producer: name, token, ack, client } = world.socket.hello;
  assert.deepEqual([name, token, ack, client], ['p1', 't', 'memory', 'c/1']);
  world.advance(49);
  assert.deepEqual(world.socket.opcodes, [hello]);
  world.advance(1);
  assert.deepEqual(world.socket.opcodes, [hello, series, columns]);
  assert.deepEqual(world.socket.series, [{ ref: cpu, name: 'cpu', labels: { host: 'a' } }]);
  assert.deepEqual(world.socket.columns, [
    { seq: 1, baseMs: 1000, refs: [cpu, cpu], dt: [0, 7], values: [1.5, 2.5] },
  ]);
  assert.equal(world.socket.binaryType, 'arraybuffer');
});

test('Producer.add() leaves dt out where all times are equal', () => {
  const { world, producer } = produce();
  world.socket.welcome();
  const ref = producer.series('a');
  producer.add(ref, 1, 1000);
  producer.add(ref, 2, 1000);
  world.advance(50);
  assert.deepEqual(world.socket.columns, [{ seq: 1, baseMs: 1000, refs: [0, 0], dt: null, values: [1, 2] }]);
});

test('Producer.add() keeps dt where the last time is the first one again', () => {
  const { world, producer } = produce();
  world.socket.welcome();
  const ref = producer.series('a');
  for (const timeMs of [1000, 1007, 1000]) producer.add(ref, 1, timeMs);
  world.advance(50);
  assert.deepEqual(world.socket.columns[0]?.dt, [0, 7, 0]);
});

test('Producer.add() takes the host time where none is given, and cuts off fractions', () => {
  const { world, producer } = produce();
  world.socket.welcome();
  const ref = producer.series('a');
  producer.add(ref, 1);
  world.nowMs += 3;
  producer.add(ref, 2);
  producer.add(ref, 3, 1_000_005.9);
  producer.add(ref, 4, 999_999.5);
  world.advance(50);
  assert.deepEqual(world.socket.columns[0]?.dt, [0, 3, 5, -1]);
  producer.add(ref, 5, -0.5);
  world.advance(50);
  assert.equal(world.socket.columns[1]?.baseMs, -1);
});

test('Producer.add() starts another batch where a time is too far from the first', () => {
  const { world, producer } = produce();
  world.socket.welcome();
  const ref = producer.series('a');
  producer.add(ref, 1, 0);
  producer.add(ref, 2, 2 ** 31 - 1);
  producer.add(ref, 3, 2 ** 31);
  producer.add(ref, 4, -(2 ** 31));
  world.advance(50);
  assert.deepEqual(
    world.socket.columns.map(({ baseMs, dt, values }) => ({ baseMs, dt, values })),
    [
      { baseMs: 0, dt: [0, 2 ** 31 - 1], values: [1, 2] },
      { baseMs: 2 ** 31, dt: null, values: [3] },
      { baseMs: -(2 ** 31), dt: null, values: [4] },
    ],
  );
});

test('Producer.add() sends a full batch without waiting', () => {
  const { world, producer } = produce({ maxBatchPoints: 300 });
  world.socket.welcome();
  const ref = producer.series('a');
  for (let i = 0; i <= 600; i++) producer.add(ref, i, 1000);
  assert.deepEqual(
    world.socket.columns.map(({ values }) => values.length),
    [300, 300],
  );
  world.advance(50);
  assert.deepEqual(world.socket.columns[2]?.values, [600]);
  assert.equal(producer.stats().pointsAdded, 601);
});

test('Producer gives every batch an interval of its own', () => {
  const { world, producer } = produce({ maxBatchPoints: 10, flushIntervalMs: 50 });
  world.socket.welcome();
  const ref = producer.series('a');
  for (let i = 0; i < 10; i++) producer.add(ref, i, 1000);
  world.advance(40);
  producer.add(ref, 10, 1000);
  assert.deepEqual(world.socket.seqs, [1]);
  world.advance(49);
  assert.deepEqual(world.socket.seqs, [1]);
  world.advance(1);
  assert.deepEqual(world.socket.seqs, [1, 2]);
  assert.equal(world.timers, 1, 'only the watch over the answer is left');
});

test('Producer.add() rejects a time that is none, as the engine would', () => {
  const { producer, rejects } = produce();
  const ref = producer.series('a');
  assert.equal(producer.add(ref, 1, Number.NaN), true);
  assert.equal(producer.add(ref, 1, Number.POSITIVE_INFINITY), true);
  assert.deepEqual(rejects[0], { reason: 'invalid_time', count: 1, firstIndex: 0, seq: 0, pointIndex: -1 });
  assert.deepEqual(producer.stats().pointsRejected, { invalid_time: 2 });
});

test('Producer.add() takes a ref that is not from series() for a mistake of the program', () => {
  const { producer } = produce();
  producer.series('a');
  for (const ref of [1, -1, 0.5, Number.NaN]) assert.throws(() => producer.add(ref, 1, 0), /BUG/);
});

test('Producer.series() answers one number for one series', () => {
  const { producer } = produce({ maxSeries: 3 });
  const check = (name: string, labels: Record<string, string>, ref: number): void =>
    assert.equal(producer.series(name, labels), ref);
  check('a', {}, 0);
  check('a', { x: '1', y: '2' }, 1);
  check('a', { y: '2', x: '1' }, 1);
  check('a', { y: '2', empty: '', x: '1' }, 1);
  check('a', { empty: '' }, 0);
  check('a', { x: '12', y: '' }, 2);
  assert.throws(() => producer.series('b'), { code: 'MR_CLIENT_SERIES_LIMIT' });
});

test('Producer.series() throws for what the engine would refuse', () => {
  const { producer } = produce();
  const check = (name: unknown, labels: unknown, text: RegExp): void =>
    assert.throws(() => producer.series(name as string, labels as Record<string, string>), {
      code: 'MR_CLIENT_SERIES',
      message: text,
    });
  check('', {}, /a name of 1 to 256 bytes.*got "" with {} \(invalid_name\)/);
  check('x'.repeat(257), {}, /invalid_name/);
  check('a\n', {}, /invalid_name/);
  check(undefined, {}, /invalid_name/);
  check('a', { k: 5 }, /invalid_label/);
  check('a', { k: null }, /invalid_label/);
  check('a', { '': 'v' }, /invalid_label/);
  check('a', { k: 'é'.repeat(513) }, /label_too_long/);
  check('a', { ['k'.repeat(129)]: 'v' }, /label_too_long/);
  check('a', Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 'v'])), /too_many_labels/);
});

test('Producer.trySeries() answers the number of a series, or why there can be none', () => {
  const { producer } = produce({ maxSeries: 2 });
  const check = (name: string, labels: Record<string, string>, wanted: number) =>
    assert.equal(producer.trySeries(name, labels), wanted);
  check('a', {}, 0);
  check('a', { host: 'x' }, 1);
  check('a', {}, 0);
  check('', {}, -1 - RejectCode.invalidName);
  check('a', { '': 'x' }, -1 - RejectCode.invalidLabel);
  check('b', {}, -1 - RejectCode.totalSeriesLimit);
  assert.equal(producer.add(1, 5, 1000), true);
});

test('Producer.record() finds the series again, and counts a bad one as rejected', () => {
  const { world, producer, rejects } = produce();
  world.socket.welcome();
  assert.equal(producer.record('a', 1, { k: 'v' }, 1000), true);
  assert.equal(producer.record('a', 2, { k: 'v' }, 1000), true);
  assert.equal(producer.record('a', 3), true);
  assert.equal(producer.record('', 4), true);
  world.advance(50);
  assert.deepEqual(world.socket.columns[0]?.refs, [0, 0, 1]);
  assert.deepEqual(rejects, [{ reason: 'invalid_name', count: 1, firstIndex: 0, seq: 0, pointIndex: -1 }]);
});

test('Producer.addColumns() sends the columns as they stand, behind what was added before', () => {
  const { world, producer } = produce();
  world.socket.welcome();
  const [a, b] = [producer.series('a'), producer.series('b')];
  producer.add(a, 1, 1000);
  const refs = Uint32Array.of(a, b);
  const values = Float64Array.of(2, 3);
  assert.equal(producer.addColumns(refs, values, { baseMs: 0.5, dt: Int32Array.of(-1, 1) }), true);
  assert.equal(producer.addColumns(refs, values, { baseMs: 5 }), true);
  assert.equal(producer.addColumns(new Uint32Array(0), new Float64Array(0), { baseMs: 5 }), true);
  values.fill(99);
  assert.deepEqual(world.socket.columns, [
    { seq: 1, baseMs: 1000, refs: [a], dt: null, values: [1] },
    { seq: 2, baseMs: 0.5, refs: [a, b], dt: [-1, 1], values: [2, 3] },
    { seq: 3, baseMs: 5, refs: [a, b], dt: null, values: [2, 3] },
  ]);
  assert.throws(() => producer.addColumns(refs, new Float64Array(1), { baseMs: 0 }), /BUG/);
});

test('Producer splits batches that are larger than the engine takes', () => {
  const { world, producer } = produce();
  const ref = producer.series('a');
  for (let i = 0; i < 10; i++) producer.add(ref, i, 1000 + i);
  world.advance(50);
  world.socket.welcome({ maxPointsPerBatch: 4 });
  assert.deepEqual(
    world.socket.columns.map(({ seq, dt, values }) => [seq, dt, values]),
    [
      [1, [0, 1, 2, 3], [0, 1, 2, 3]],
      [2, [4, 5, 6, 7], [4, 5, 6, 7]],
      [3, [8, 9], [8, 9]],
    ],
  );
  producer.addColumns(new Uint32Array(9), new Float64Array(9), { baseMs: 0 });
  assert.deepEqual(
    world.socket.columns.slice(3).map(({ values }) => values.length),
    [4, 4, 1],
  );
  assert.equal(producer.stats().pointsSent, 19);
});

test('Producer splits by the size of a frame, of SERIES too', () => {
  for (let maxFrameBytes = 90; maxFrameBytes < 500; maxFrameBytes += 7) {
    const { world, producer } = produce();
    for (let i = 0; i < 100; i++) producer.record('metric', i, { host: `host-${i}` }, 1000);
    world.advance(50);
    world.socket.welcome({ maxFrameBytes, maxInFlight: 1000 });
    for (const frame of world.socket.sent) assert.ok(frame.length <= maxFrameBytes, String(frame.length));
    assert.equal(world.socket.series.length, 100);
    assert.deepEqual(
      world.socket.columns.flatMap(({ values }) => values),
      Array.from({ length: 100 }, (_, i) => i),
    );
  }
});

test('Producer counts everything', () => {
  const { world, producer, acks, rejects, states } = produce();
  world.socket.welcome();
  const ref = producer.series('a');
  for (let i = 0; i < 3; i++) {
    producer.add(ref, i, 1000);
    world.advance(50);
  }
  world.socket.ack(2, 1, [{ reason: 'too_old', count: 1, firstIndex: 0 }]);
  const stats = producer.stats();
  assert.deepEqual(
    [
      stats.pointsAdded,
      stats.pointsSent,
      stats.pointsAcknowledged,
      stats.pointsAccepted,
      stats.pointsInFlight,
    ],
    [3, 3, 2, 1, 1],
  );
  assert.deepEqual(stats.pointsRejected, { too_old: 1 });
  assert.equal(
    stats.bytesSent,
    world.socket.sent.slice(1).reduce((sum, frame) => sum + frame.length, 0),
  );
  // The first waited for two more intervals, the second for one.
  assert.deepEqual([stats.ackLatencyP50Ms, stats.ackLatencyP99Ms], [50, 100]);
  assert.deepEqual(acks, [{ seq: 2, accepted: 1, rejected: 1, batches: 2 }]);
  assert.deepEqual(rejects, [{ reason: 'too_old', count: 1, firstIndex: 0, seq: 2, pointIndex: 1 }]);
  assert.deepEqual(states, ['connecting', 'live']);
});

test('Producer tells of a rejected point which of all its points it was, also in a batch that was split', () => {
  const { world, producer, rejects } = produce();
  world.socket.welcome({ maxPointsPerBatch: 10 });
  const ref = producer.series('a');
  for (const points of [4, 25, 3]) {
    producer.addColumns(new Uint32Array(points).fill(ref), new Float64Array(points), { baseMs: 1000 });
  }
  const check = (seq: number, firstIndex: number, wanted: number) => {
    world.socket.ack(seq, 1, [{ reason: 'too_old', count: 1, firstIndex }]);
    assert.equal(rejects.at(-1)?.pointIndex, wanted);
  };
  check(1, 3, 3);
  // 10, 10 and 5 points.
  check(3, 2, 16);
  check(5, 1, 30);
});

test('Producer keeps to maxInFlight', () => {
  const { world, producer } = produce();
  world.socket.welcome({ maxInFlight: 2 });
  const ref = producer.series('a');
  for (let i = 0; i < 5; i++) {
    producer.add(ref, i, 1000);
    world.advance(50);
  }
  assert.deepEqual(world.socket.seqs, [1, 2]);
  world.socket.ack(1);
  assert.deepEqual(world.socket.seqs, [1, 2, 3]);
  world.socket.ack(3);
  assert.deepEqual(world.socket.seqs, [1, 2, 3, 4, 5]);
});
