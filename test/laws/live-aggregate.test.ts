import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LiveAggregate } from '../../native-free-core/live/live-aggregate.js';
import { createLiveWindows } from '../../native-free-core/live/live-windows-memory.js';
import { LIVE_OK, LiveWindowsReader } from '../../native-free-core/live/live-windows-reader.js';
import { LiveWindowsWriter } from '../../native-free-core/live/live-windows-writer.js';

const NOW_MS = 1_700_000_000_000;
const shards = [0, 1, 2].map(() => {
  const memory = createLiveWindows({ metricsMax: 1, pagesMax: 4_096 });
  return { writer: new LiveWindowsWriter(memory), reader: new LiveWindowsReader(memory) };
});

/** Points as [age in ms, value]; whole values, so that sums are exact whatever their order. */
const points = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: -1_000, max: 1_000 })),
  { maxLength: 30 },
);

function aggregateOf(shard: number, list: [number, number][]): LiveAggregate {
  const { writer, reader } = shards[shard]!;
  writer.reset();
  writer.advance(NOW_MS);
  writer.begin();
  for (const [ageMs, value] of list) assert.ok(writer.record(0, NOW_MS - ageMs, value));
  writer.end();
  const aggregate = new LiveAggregate();
  assert.equal(reader.readInto(0, NOW_MS - 60_000, NOW_MS, aggregate), LIVE_OK);
  return aggregate;
}

function merged(...parts: LiveAggregate[]): LiveAggregate {
  const sum = new LiveAggregate();
  for (const part of parts) sum.merge(part);
  return sum;
}

function checkEqual(a: LiveAggregate, b: LiveAggregate): void {
  for (const field of ['count', 'sum', 'min', 'max', 'lastTimeMs', 'lastValue'] as const) {
    assert.equal(a[field], b[field], field);
  }
  assert.ok(Math.abs(a.m2 - b.m2) <= 1e-9 * (1 + a.m2), 'm2');
  for (const percent of [0, 25, 50, 75, 90, 99, 100]) assert.equal(a.quantile(percent), b.quantile(percent));
}

test('LiveAggregate.merge() is commutative', () => {
  fc.assert(
    fc.property(points, points, (a, b) => {
      const [x, y] = [aggregateOf(0, a), aggregateOf(1, b)];
      checkEqual(merged(x, y), merged(y, x));
    }),
  );
});

test('LiveAggregate.merge() is associative', () => {
  fc.assert(
    fc.property(points, points, points, (a, b, c) => {
      const [x, y, z] = [aggregateOf(0, a), aggregateOf(1, b), aggregateOf(2, c)];
      checkEqual(merged(merged(x, y), z), merged(x, merged(y, z)));
    }),
  );
});

test('LiveAggregate.merge() has the cleared aggregate as its identity', () => {
  fc.assert(
    fc.property(points, (a) => {
      const x = aggregateOf(0, a);
      const cleared = aggregateOf(1, [[1, 1e6]]);
      cleared.clear();
      checkEqual(merged(x, cleared), x);
      checkEqual(merged(cleared, x), x);
    }),
  );
});

test('LiveAggregate.merge() equals feeding all points to one shard', () => {
  fc.assert(
    fc.property(points, points, (a, b) => {
      // Two shards don't know the order of arrival of two points of one time: the larger value is the last.
      const all = [...a, ...b].sort((p, q) => q[0] - p[0] || p[1] - q[1]);
      const [x, y] = [a, b].map((list, shard) =>
        aggregateOf(
          shard,
          [...list].sort((p, q) => q[0] - p[0] || p[1] - q[1]),
        ),
      );
      checkEqual(merged(x!, y!), aggregateOf(2, all));
    }),
  );
});
