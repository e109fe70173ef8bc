import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BUCKET_RELATIVE_ERROR } from '../../native-free-core/histogram/bucket.js';
import { nearestRank } from '../../native-free-core/histogram/nearest-rank.js';
import { LiveAggregate } from '../../native-free-core/live/live-aggregate.js';
import { LIVE_FUTURE_SECONDS, LIVE_PAST_SECONDS } from '../../native-free-core/live/live-seconds.js';
import { createLiveWindows } from '../../native-free-core/live/live-windows-memory.js';
import { LIVE_OK, LiveWindowsReader } from '../../native-free-core/live/live-windows-reader.js';
import { LiveWindowsWriter } from '../../native-free-core/live/live-windows-writer.js';

interface Point {
  metric: number;
  timeMs: number;
  value: number;
}

const METRICS = 3;
const START_MS = 1_700_000_000_000;

/** What the windows must answer, kept the slow way: every point, thrown away when its second leaves the ring. */
class Naive {
  points: Point[] = [];
  recorded = 0;
  #second = 0;

  advance(nowMs: number): void {
    this.#second = Math.floor(nowMs / 1_000);
    this.points = this.points.filter((point) => this.#holds(point.timeMs));
  }

  record(point: Point): boolean {
    if (!this.#holds(point.timeMs) || point.metric >= METRICS || !Number.isFinite(point.value)) return false;
    this.points.push(point);
    this.recorded++;
    return true;
  }

  select(metric: number, fromMs: number, toMs: number): Point[] {
    const from = Math.floor(fromMs / 1_000) * 1_000;
    const to = Math.ceil(toMs / 1_000) * 1_000;
    return this.points.filter((p) => p.metric === metric && p.timeMs >= from && p.timeMs < to);
  }

  #holds(timeMs: number): boolean {
    const second = Math.floor(timeMs / 1_000);
    return (
      timeMs >= 0 &&
      second >= this.#second - LIVE_PAST_SECONDS &&
      second <= this.#second + LIVE_FUTURE_SECONDS
    );
  }
}

function lastOf(points: Point[]): Point | undefined {
  let last: Point | undefined;
  for (const point of points) if (last === undefined || point.timeMs >= last.timeMs) last = point;
  return last;
}

function checkSame(got: LiveAggregate, points: Point[], partialAllowed: boolean): void {
  const values = points.map((point) => point.value).sort((a, b) => a - b);
  const n = values.length;
  assert.equal(got.count, n);
  if (n === 0) {
    assert.ok(Number.isNaN(got.mean) && Number.isNaN(got.quantile(50)) && got.histogram.count === 0);
    return;
  }
  // By ===: which of 0 and -0 is the smaller is nobody's business.
  assert.ok(got.min === values[0], `min ${got.min}`);
  assert.ok(got.max === values[n - 1], `max ${got.max}`);
  const last = lastOf(points)!;
  assert.equal(got.lastTimeMs, last.timeMs);
  assert.ok(got.lastValue === last.value, `last ${got.lastValue}`);
  const largest = Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!));
  if (largest < 1e100) {
    const sum = values.reduce((a, b) => a + b, 0);
    const mean = sum / n;
    const m2 = values.reduce((a, v) => a + (v - mean) ** 2, 0);
    assert.ok(Math.abs(got.sum - sum) <= 1e-13 * n * largest, `sum ${got.sum}, not ${sum}`);
    assert.ok(
      Math.abs(got.m2 - m2) <= 1e-11 * n * m2 + 1e-24 * n * largest * largest + n * Number.MIN_VALUE,
      `m2 ${got.m2}, not ${m2}`,
    );
  }
  assert.ok(got.histogram.count <= n);
  assert.equal(got.partial, got.histogram.count < n);
  if (!partialAllowed) assert.equal(got.partial, false);
  if (got.partial) return;
  for (const percent of [0, 1, 50, 90, 95, 99, 99.9, 100]) {
    const want = values[nearestRank(percent, n) - 1]!;
    const value = got.quantile(percent);
    assert.ok(
      Math.abs(value - want) <= Math.abs(want) * BUCKET_RELATIVE_ERROR,
      `p${percent} is ${value}, not ${want}`,
    );
  }
}

const anyValue = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 1, arbitrary: fc.double() },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      0,
      -0,
      5e-324,
      -5e-324,
      2 ** -1022,
      1e9 + 0.25,
      -1.7e308,
      1.7e308,
      Number.NaN,
      -1 / 0,
    ),
  },
);

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      points: fc.array(
        fc.record({
          metric: fc.integer({ min: 0, max: METRICS }),
          ageMs: fc.oneof(
            fc.integer({ min: 0, max: 2_500 }),
            fc.integer({ min: -4_000, max: 70_000 }),
            fc.constantFrom(-2_999, -3_000, 61_000, 61_999, 62_000),
          ),
          value: anyValue,
        }),
        { maxLength: 40 },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.oneof(
        fc.integer({ min: 0, max: 1_500 }),
        fc.integer({ min: 0, max: 200_000 }),
        fc.integer({ min: -5_000, max: 0 }),
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      metric: fc.integer({ min: 0, max: METRICS - 1 }),
      endAgeMs: fc.oneof(fc.constant(0), fc.integer({ min: -3_000, max: 30_000 })),
      lengthMs: fc.constantFrom(0, 1, 999, 1_000, 10_000, 59_999, 60_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

function run(commands: Command[], startMs: number, pagesMax: number, partialAllowed: boolean) {
  const memory = createLiveWindows({ metricsMax: METRICS, pagesMax });
  let writer = new LiveWindowsWriter(memory);
  const reader = new LiveWindowsReader(memory);
  const naive = new Naive();
  const got = new LiveAggregate();
  let nowMs = startMs;
  let offered = 0;
  writer.advance(nowMs);
  naive.advance(nowMs);
  for (const step of commands) {
    if (step.kind === 'batch') {
      writer.begin();
      for (const { metric, ageMs, value } of step.points) {
        const point = { metric, timeMs: nowMs - ageMs, value };
        offered++;
        assert.equal(writer.record(metric, point.timeMs, value), naive.record(point));
      }
      writer.end();
    } else if (step.kind === 'advance') {
      nowMs = Math.max(0, nowMs + step.ms);
      writer.advance(nowMs);
      naive.advance(nowMs);
    } else if (step.kind === 'read') {
      const toMs = Math.max(0, nowMs - step.endAgeMs);
      const fromMs = Math.max(0, toMs - step.lengthMs);
      got.clear();
      assert.equal(reader.readInto(step.metric, fromMs, toMs, got), LIVE_OK);
      checkSame(got, naive.select(step.metric, fromMs, toMs), partialAllowed);
    } else {
      writer = new LiveWindowsWriter(memory);
      writer.advance(nowMs);
      naive.points = [];
    }
  }
  const totals = reader.totals();
  assert.equal(totals.recorded, naive.recorded);
  assert.equal(totals.recorded + totals.outside + totals.untracked + totals.notFinite, offered);
  writer.advance(nowMs + 200_000);
  assert.equal(reader.totals().pagesUsed, 0, 'idle metrics give their pages back');
}

test('LiveWindowsWriter and LiveWindowsReader equal a naive computation', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => run(commands, START_MS, 4_096, false)),
    { numRuns: 200 },
  );
});

test('LiveWindowsWriter and LiveWindowsReader equal a naive computation when time begins', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 20 }), (commands) => run(commands, 0, 4_096, false)),
    { numRuns: 50 },
  );
});

test('LiveWindowsWriter and LiveWindowsReader equal a naive computation when seconds pass 2^31', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 20 }), (commands) =>
      run(commands, 2 ** 31 * 1_000, 4_096, false),
    ),
    { numRuns: 50 },
  );
});

test('LiveWindowsWriter counts every point when the pages are used up', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (commands, pagesMax) =>
      run(commands, START_MS, pagesMax, true),
    ),
    { numRuns: 100 },
  );
});
