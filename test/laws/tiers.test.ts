import { test } from 'node:test';
import fc from 'fast-check';
import { checkRollups } from '../sim/rollup-check.js';
import { type TestPoint, TierWorld } from '../src/shard/jobs/tier-world.js';

const DAY_MS = 86_400_000;
const START_MS = 1_764_633_600_000;

/** A point of one of a few series: on the beat, a little late, days late, or at the time of another. */
const point: fc.Arbitrary<TestPoint> = fc.record({
  number: fc.oneof(fc.nat(5), fc.nat(40)),
  timeMs: fc.oneof(
    fc.nat(60).map((i) => START_MS + i * 10_000),
    fc.integer({ min: -3_000, max: 3_000 }).map((minutes) => START_MS + minutes * 60_000),
    fc.integer({ min: -40, max: 40 }).map((days) => START_MS + days * DAY_MS + 1_234),
    fc.constantFrom(START_MS, START_MS - 1, START_MS + 59_999.5),
  ),
  value: fc.oneof(
    fc.integer({ min: -100, max: 100 }),
    // The squares of tiny ones are rounded to nothing, differently in each order.
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => (Math.abs(value) < 1e-100 ? 0 : value)),
  ),
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('flush' as const), points: fc.array(point, { maxLength: 60 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('interrupt' as const), cycles: fc.nat(10) }) },
);

const bounds = fc.record({
  generationsMax: fc.integer({ min: 1, max: 5 }),
  jobBytes: fc.constantFrom(1, 1_000, 1_000_000),
  stepWork: fc.constantFrom(1, 1_000, 1_000_000),
  chunkPoints: fc.constantFrom(1, 8, 1_024),
  runCells: fc.constantFrom(1, 5, 128),
  segmentBytes: fc.constantFrom(1, 300, 131_072),
  laneSeries: fc.constantFrom(1, 4, 4_096),
  mergeLayers: fc.integer({ min: 2, max: 4 }),
});

test('FRESH and RAW hold every point once, and each tier with the fresh points says what they say, whatever runs when', () => {
  fc.assert(
    fc.property(
      bounds,
      fc.constantFrom(0, 4, 1_000),
      fc.array(step, { maxLength: 14 }),
      (small, batchPoints, steps) => {
        const world = new TierWorld(small, batchPoints);
        for (const each of steps) {
          if (each.kind === 'flush') world.flush(each.points);
          else if (each.kind === 'compact') world.compact();
          else if (each.kind === 'merge') world.merge();
          else if (each.kind === 'restart') world.restart();
          else world.interrupt(each.cycles);
          world.checkPoints();
          checkRollups(world.store, world.runs());
        }
        world.compact();
        world.merge();
        world.checkPoints();
        checkRollups(world.store, world.runs());
      },
    ),
    { numRuns: 300 },
  );
});
