import assert from 'node:assert/strict';
import { type Aggregation, parseAggregation } from '../../../native-free-core/query/aggregation.js';
import type { TierName } from '../../../native-free-core/tier/tiers.js';
import { systemClock } from '../../../src/clock.js';
import { SeriesConditions } from '../../../src/query/label-matcher.js';
import { COUNTER_LOOK_BACK_MS } from '../../../src/query/limits.js';
import { LineScan } from '../../../src/query/line-scan.js';
import { PointScan } from '../../../src/query/point-scan.js';
import type { QueryEngine } from '../../../src/query/query-engine.js';
import { QUERY_LIMITS_DEFAULT, type QueryLimits } from '../../../src/query/query-limits.js';
import { Selection } from '../../../src/query/selection.js';
import { StopCheck } from '../../../src/query/stop-check.js';
import { type TopFound, topWindows } from '../../../src/query/top-windows.js';
import { WindowQuery, type WindowQuestion, type WindowsFound } from '../../../src/query/window-query.js';
import { percentileOf, pointsOf, type Question } from './oracle.js';
import type { TestShards, WrittenPoint } from './query-fixture.js';

/** Naive answers about windows: the definitions, written out over an array of all points. */

export interface WindowTestQuestion extends Question {
  stepMs: number;
  aggregations: string[];
  groupBy?: string[];
  source?: TierName;
  rollingMs?: number;
  isFilled?: boolean;
  prefersRaw?: boolean;
}

const EVERYTHING_IS_KEPT = (): number => Number.NEGATIVE_INFINITY;

/** One for the life of a query engine, as a thread has it: what it remembers must never be wrong. */
const queries = new WeakMap<QueryEngine, WindowQuery>();

/** As the socket thread asks: of what is remembered nothing is read again. */
export class SparingStop extends StopCheck {
  /** Places that were read. */
  readonly reads: string[] = [];

  override get sparesReads(): boolean {
    return true;
  }

  override beforeRead(place: string): void {
    this.reads.push(place);
  }
}

/** What a query finds, which asks the store as it must, after one that spared reads has found the same. */
export function askWindows(
  shards: TestShards,
  question: WindowTestQuestion,
  horizonMs: (tier: TierName) => number = EVERYTHING_IS_KEPT,
  limits: QueryLimits = QUERY_LIMITS_DEFAULT,
): WindowsFound {
  const ask = (stop: StopCheck): WindowsFound =>
    queryOf(shards).run(windowQuestion(question), selectionOf(shards, question), horizonMs, stop);
  const sparing = ask(new SparingStop(systemClock, 60_000, () => false, limits));
  const found = ask(new StopCheck(systemClock, 60_000, () => false, limits));
  assert.deepEqual(sparing, found);
  return found;
}

/** The windows of the groups with the largest last values, by a query of so many rows. */
export function askTop(
  shards: TestShards,
  question: WindowTestQuestion,
  top: number,
  rows: number = QUERY_LIMITS_DEFAULT.rows,
): TopFound & { seriesTold: number } {
  const stop = new StopCheck(systemClock, 60_000, () => false, { ...QUERY_LIMITS_DEFAULT, rows });
  const asked = {
    question: windowQuestion(question),
    selection: selectionOf(shards, question),
    horizonMs: EVERYTHING_IS_KEPT,
    top,
  };
  const found = topWindows(queryOf(shards), asked, stop);
  return { ...found, seriesTold: stop.cost.series };
}

function selectionOf(shards: TestShards, { metric, selectors = [] }: WindowTestQuestion): Selection {
  const selection = new Selection();
  const conditions = new SeriesConditions(selectors);
  const [first] = shards.views;
  first!.index.series.begin(new StopCheck(systemClock, 60_000));
  for (const view of shards.views) {
    const series = view.index.metric(metric);
    if (series !== undefined) selection.add(view, view.index.select(series, conditions));
  }
  return selection;
}

function queryOf(shards: TestShards): WindowQuery {
  let query = queries.get(shards.queryEngine);
  if (query === undefined) {
    query = new WindowQuery(new PointScan(shards.findings), new LineScan());
    queries.set(shards.queryEngine, query);
  }
  return query;
}

function windowQuestion(question: WindowTestQuestion): WindowQuestion {
  const { startMs, endMs, stepMs, aggregations, groupBy = [], source, rollingMs = stepMs } = question;
  return {
    startMs,
    endMs,
    stepMs,
    aggregations: aggregations.map((name) => parseAggregation(name)!),
    groupBy,
    source,
    prefersRaw: question.prefersRaw ?? false,
    rollingMs,
    isFilled: question.isFilled ?? false,
  };
}

/** Within what part of the exact value an answer may lie. */
type Tolerance = (aggregation: Aggregation) => number;

const SUMS = 1e-9;
const SKETCH = 0.005;

/** Holds every window of every group against the points that were written. */
export function checkWindows(
  shards: TestShards,
  question: WindowTestQuestion,
  horizonMs?: (tier: TierName) => number,
): WindowsFound {
  const found = askWindows(shards, question, horizonMs);
  const isExact = found.parts.every(({ tier }) => tier === 'raw');
  const expected = expectedWindows(shards, question);
  const tolerance: Tolerance = ({ kind }) => (kind === 'percentile' && !isExact ? SKETCH : SUMS);
  const actual = rowsOf(found);
  const wanted = [...expected.keys()].sort();
  assert.deepEqual([...actual.keys()].sort(), wanted, 'windows with points');
  for (const key of wanted) checkRow(question, key, actual.get(key)!, expected.get(key)!, tolerance);
  return found;
}

// Five arguments: the names of what differs are half of a message.
function checkRow(
  { aggregations }: WindowTestQuestion,
  key: string,
  actual: readonly number[],
  expected: readonly number[],
  tolerance: Tolerance,
): void {
  aggregations.forEach((name, k) => {
    const bound = tolerance(parseAggregation(name)!) * Math.max(1, Math.abs(expected[k]!)) + 1e-9;
    const isNear = Math.abs(actual[k]! - expected[k]!) <= bound || Object.is(actual[k], expected[k]);
    assert.ok(isNear, `${name} of ${key}: ${actual[k]}, not ${expected[k]}`);
  });
}

const keyOf = (timeMs: number, labels: Readonly<Record<string, string>>): string =>
  `${timeMs} ${JSON.stringify(Object.entries(labels).sort())}`;

function rowsOf({ groups, firstMs, stepMs, count, columns }: WindowsFound): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  groups.forEach((labels, group) => {
    for (let row = 0; row < count; row++) {
      const values = columns.map((column) => column[group * count + row]!);
      if (values.every(Number.isNaN)) continue;
      const timeMs = stepMs === Number.POSITIVE_INFINITY ? 0 : firstMs + row * stepMs;
      rows.set(keyOf(timeMs, labels), values);
    }
  });
  return rows;
}

function expectedWindows(shards: TestShards, question: WindowTestQuestion): Map<string, number[]> {
  const { startMs, endMs, stepMs, groupBy = [], aggregations, rollingMs = stepMs } = question;
  const isWhole = stepMs === Number.POSITIVE_INFINITY;
  const moreMs = isWhole ? 0 : rollingMs - stepMs;
  const all = pointsOf(shards.visible(), { ...question, startMs: -Infinity, endMs });
  const beforeMs = Math.max(COUNTER_LOOK_BACK_MS, isWhole ? 0 : stepMs);
  const rowsFromMs = moreMs === 0 ? startMs : Math.floor(startMs / stepMs) * stepMs - moreMs;
  const seen = { all, fromMs: rowsFromMs - beforeMs };
  const inRange = all.filter((point) => point.timeMs >= rowsFromMs);
  const byGroup = new Map<string, WrittenPoint[]>();
  for (const point of inRange) {
    const labels = JSON.stringify(labelsBy(point, groupBy));
    byGroup.set(labels, [...(byGroup.get(labels) ?? []), point]);
  }
  const rows = new Map<string, number[]>();
  for (const [labels, points] of byGroup) {
    const firstMs = Math.floor(startMs / stepMs) * stepMs;
    for (const windowMs of isWhole ? [0] : windowsOf(firstMs, endMs, stepMs)) {
      const [fromMs, toMs] = isWhole ? [startMs, endMs] : [windowMs + stepMs - rollingMs, windowMs + stepMs];
      const inside = points.filter((point) => point.timeMs >= fromMs && point.timeMs < toMs);
      if (inside.length === 0) continue;
      const lengthMs = isWhole ? endMs - startMs : rollingMs;
      const values = aggregations.map((name) => definition(parseAggregation(name)!, inside, seen, lengthMs));
      rows.set(keyOf(windowMs, JSON.parse(labels) as Record<string, string>), values);
    }
  }
  return rows;
}

function windowsOf(firstMs: number, endMs: number, stepMs: number): number[] {
  return Array.from({ length: Math.ceil((endMs - firstMs) / stepMs) }, (_, i) => firstMs + i * stepMs);
}

function labelsBy({ labels }: WrittenPoint, groupBy: readonly string[]): Record<string, string> {
  const pairs = groupBy.filter((name) => labels[name] !== undefined).map((name) => [name, labels[name]!]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** The points up to the end of a range, and from when on a counter looks at them. */
interface SeenPoints {
  all: readonly WrittenPoint[];
  fromMs: number;
}

// Four arguments: the definitions of all aggregations in one place.
function definition(
  { kind, percent }: Aggregation,
  inside: readonly WrittenPoint[],
  seen: SeenPoints,
  lengthMs: number,
): number {
  const values = inside.map(({ value }) => value);
  const sorted = [...values].sort((a, b) => a - b);
  const sum = values.reduce((a, b) => a + b, 0);
  const mean = sum / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  switch (kind) {
    case 'count':
      return values.length;
    case 'sum':
      return sum;
    case 'mean':
      return mean;
    case 'min':
      return sorted[0]!;
    case 'max':
      return sorted.at(-1)!;
    case 'range':
      return sorted.at(-1)! - sorted[0]!;
    case 'first':
      return values[0]!;
    case 'last':
      return values.at(-1)!;
    case 'variance':
      return variance;
    case 'stddev':
      return Math.sqrt(variance);
    case 'distinct':
      return new Set(values).size;
    case 'percentile':
      return percentileOf(sorted, percent);
    case 'increase':
      return increaseOf(inside, seen);
    case 'rate':
      return increaseOf(inside, seen) / (lengthMs / 1000);
  }
}

/** The growth that belongs to the points inside: of each the difference from the point of its series before it. */
function increaseOf(inside: readonly WrittenPoint[], { all, fromMs }: SeenPoints): number {
  let sum = 0;
  for (const point of inside) {
    const series = all.filter((each) => each.group === point.group && each.number === point.number);
    const at = series.indexOf(point);
    const before = series[at - 1];
    if (before === undefined) {
      const step = (series[at + 1]?.value ?? point.value) - point.value;
      const isSmall = Math.abs(point.value) < 10 * ((step === 0 ? 10 : Math.abs(step)) + 1);
      sum += isSmall ? point.value : 0;
    } else if (before.timeMs >= fromMs)
      sum += point.value >= before.value ? point.value - before.value : point.value;
  }
  return sum;
}
