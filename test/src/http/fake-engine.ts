import { TIER_NAMES } from '../../../native-free-core/tier/tiers.js';
import { RejectCode } from '../../../protocol/index.js';
import { MillraceError } from '../../../src/errors.js';
import { nearest } from '../../../src/http/nearest.js';
import type {
  Busy,
  HealthReport,
  IngestPort,
  KeptSnapshot,
  LabelMatcher,
  Labels,
  OperatorPort,
  QueryAnswer,
  QueryPort,
  QueryRequest,
  RangeRequest,
  RowSink,
  SelectorsRequest,
  SeriesAdmission,
  SnapshotPort,
  SnapshotReport,
  StorePort,
} from '../../../src/http/ports.js';
import {
  type CurrentRequest,
  type CurrentResult,
  currentPresenter,
} from '../../../src/http/present/current.js';
import { type LatestRequest, type LatestResult, latestPresenter } from '../../../src/http/present/latest.js';
import {
  type MetricsRequest,
  type MetricsResult,
  metricsPresenter,
} from '../../../src/http/present/metrics.js';
import { type NamesRequest, namesPresenter } from '../../../src/http/present/names.js';
import { presentAnswer } from '../../../src/http/present/present.js';
import { type RawRequest, type RawResult, rawPresenter } from '../../../src/http/present/raw.js';
import { type StatsRequest, type StatsResult, statsPresenter } from '../../../src/http/present/stats.js';
import { compilePattern } from '../../../src/http/selector/pattern.js';
import { NAME_LABEL } from '../../../src/http/selector/selector-parser.js';
import type { BatchKind } from '../../../src/ingest/time-gate.js';

export interface StoredPoint {
  series: number;
  value: number;
  timeMs: number;
}

export interface StoredSeries {
  name: string;
  labels: Labels;
}

/** Points further back than this are too old for the fake, ms before the time of arrival; of a history ten times as old. */
export const FAKE_RETENTION_MS = 100 * 365 * 86_400_000;

/** The ports over arrays: enough of an engine to hold the edge to its contract. */
export class FakeEngine implements IngestPort, QueryPort, OperatorPort, StorePort, SnapshotPort {
  readonly retentionMs = TIER_NAMES.map(() => FAKE_RETENTION_MS);
  readonly series: StoredSeries[] = [];
  readonly points: StoredPoint[] = [];
  readonly rejects: number[] = [];
  readonly requests: QueryRequest[] = [];
  /** What was asked of the stored data. */
  readonly changes: object[] = [];
  state: HealthReport['state'] = 'ok';
  /** Refuses this many commits as busy. */
  busyCommits = 0;
  busyRetryMs = 20;
  /** What the next commits settle with. */
  failure: Error | undefined;
  settleAfterMs = 0;
  /** Keeps queries waiting, until aborted. */
  isQueryStuck = false;
  queryError: Error | undefined;
  /** Counts points and forgets them, for benches. */
  isSink = false;
  sunk = 0;
  commits = 0;

  readonly #byKey = new Map<string, number>();
  #open: FakeSink | undefined;

  async takeSnapshot(name = 'now'): Promise<SnapshotReport> {
    return { name, path: `/snapshots/${name}`, bytes: 4_096, shards: 2, heldMs: 1.25, durationMs: 100 };
  }

  listSnapshots(): KeptSnapshot[] {
    const name = 'kept';
    return [{ name, path: `/snapshots/${name}`, bytes: 4_096, isWhole: true, takenMs: 1_704_067_200_250 }];
  }

  async removeSnapshot(name: string): Promise<KeptSnapshot> {
    return { ...this.listSnapshots()[0]!, name };
  }

  begin(nowMs: number, kind: BatchKind = 'live'): RowSink {
    if (this.#open?.isOpen === true) throw new Error('BUG: a batch is begun while another is open');
    this.#open = new FakeSink(this, nowMs, kind);
    return this.#open;
  }

  resolve(name: string, labels: Labels | undefined): number {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
    if (name === '' || Buffer.byteLength(name) > 256 || /[\x00-\x1f\x7f]/.test(name))
      return -1 - RejectCode.invalidName;
    const entries = Object.entries(labels ?? {}).filter(([, value]) => value !== '');
    if (entries.length > 32) return -1 - RejectCode.tooManyLabels;
    if (entries.some(([label]) => label === '')) return -1 - RejectCode.invalidLabel;
    if (entries.some(([label, value]) => Buffer.byteLength(label) > 128 || Buffer.byteLength(value) > 1024)) {
      return -1 - RejectCode.labelTooLong;
    }
    entries.sort();
    const key = JSON.stringify([name, entries]);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.series.push({ name, labels: Object.fromEntries(entries) });
    this.#byKey.set(key, this.series.length - 1);
    return this.series.length - 1;
  }

  /** Stored points as readable rows. */
  rows(): object[] {
    return this.points.map(({ series, value, timeMs }) => ({ ...this.series[series]!, value, timeMs }));
  }

  health(): HealthReport {
    const reason = this.state === 'ok' ? {} : { reason: `The fake is ${this.state}.` };
    return { state: this.state, uptimeSeconds: 1.5, version: '0.1.0', ...reason };
  }

  async stats(): Promise<object> {
    return { points_per_second: { '1s': 1 }, shards: [{ shard: 0, series: this.series.length }] };
  }

  async metricsText(): Promise<string> {
    return '# HELP up Whether.\n# TYPE up gauge\nup 1\n';
  }

  async databaseStatus(): Promise<object> {
    return { status: 'ok', engine: 'lmdb' };
  }

  async summary(): Promise<object> {
    return { series: this.series.length };
  }

  seriesAdmission(): SeriesAdmission {
    return { limits: { series_total: 10 }, refused: { total_series_limit: 3 } };
  }

  async sweep(): Promise<object> {
    const tiers = TIER_NAMES.map((tier) => ({ tier, rows: 0, bytes: 0, segments: 0 }));
    return { tiers, rows: 0, bytes: 0, duration_ms: 1 };
  }

  async trigger(range: object): Promise<object> {
    this.changes.push({ trigger: range });
    return { windows: 0, rows: 0, tiers: [], damaged_segments: 0, duration_ms: 1 };
  }

  async deleteSeries(request: object): Promise<object> {
    this.changes.push({ delete: request });
    return { series: 0, points: 0, tiers: [], damaged_segments: 0, duration_ms: 1 };
  }

  async run(request: QueryRequest, signal: AbortSignal): Promise<QueryAnswer> {
    this.requests.push(request);
    if (this.queryError !== undefined) throw this.queryError;
    if (this.isQueryStuck) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    return this.#answer(request as SelectorsRequest);
  }

  #answer(request: SelectorsRequest): QueryAnswer {
    const matching = this.points.filter(({ series }) => matches(this.series[series]!, request.selectors));
    switch (request.kind) {
      case 'names': {
        const names = [...new Set(matching.map(({ series }) => this.series[series]!.name))].sort();
        return presentAnswer(namesPresenter, request as NamesRequest, { names });
      }
      case 'metrics':
        return presentAnswer(metricsPresenter, request as MetricsRequest, this.#metrics(matching));
      case 'current':
        return presentAnswer(
          currentPresenter,
          request as CurrentRequest,
          this.#current(matching, request as CurrentRequest),
        );
      case 'latest':
        return presentAnswer(
          latestPresenter,
          request as LatestRequest,
          this.#latest(matching, request as LatestRequest),
        );
      case 'stats':
        return presentAnswer(
          statsPresenter,
          request as StatsRequest,
          this.#stats(matching, request as StatsRequest),
        );
      case 'raw':
        return presentAnswer(rawPresenter, request as RawRequest, this.#raw(matching, request as RawRequest));
      default:
        throw new Error(`the fake knows no ${request.kind} requests`);
    }
  }

  /** The points of the metric that a request is about, in the order of time. */
  #own(points: readonly StoredPoint[], metric: string): StoredPoint[] {
    const names = new Set(this.series.map(({ name }) => name));
    if (!names.has(metric)) {
      const near = nearest(metric, names, 5);
      const detail = `There is no metric ${JSON.stringify(metric)}. Near names: ${near.join(', ')}.`;
      throw new MillraceError('MR_UNKNOWN_METRIC', detail, { fields: { metric_name: metric, near } });
    }
    return points
      .filter(({ series }) => this.series[series]!.name === metric)
      .sort((a, b) => a.timeMs - b.timeMs);
  }

  #inRange(points: readonly StoredPoint[], { metric, startMs, endMs }: RangeRequest): StoredPoint[] {
    return this.#own(points, metric).filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs);
  }

  #latest(points: readonly StoredPoint[], { metric }: LatestRequest): LatestResult {
    const last = this.#own(points, metric).at(-1);
    if (last === undefined) throw new MillraceError('MR_NO_DATA', 'No series matches.');
    return { timeMs: last.timeMs, value: last.value, labels: this.series[last.series]!.labels };
  }

  #stats(points: readonly StoredPoint[], request: StatsRequest): StatsResult {
    const values = this.#inRange(points, request).map(({ value }) => value);
    const percentiles = request.percentiles.map((p) => percentile(values, p));
    return { ...statistics(values), percentiles, dataSource: 'metrics', isExact: true, groups: [] };
  }

  #metrics(points: readonly StoredPoint[]): MetricsResult {
    const names = [...new Set(points.map(({ series }) => this.series[series]!.name))].sort();
    const metrics = names.map((name) => {
      const own = points.filter(({ series }) => this.series[series]!.name === name);
      const times = own.map(({ timeMs }) => timeMs);
      return {
        name,
        series: new Set(own.map(({ series }) => series)).size,
        firstSeenMs: Math.min(...times),
        lastSeenMs: Math.max(...times),
      };
    });
    return { metrics };
  }

  #current(points: readonly StoredPoint[], { nowMs, windowMs }: CurrentRequest): CurrentResult {
    const inWindow = points.filter(({ timeMs }) => timeMs > nowMs - windowMs && timeMs <= nowMs);
    const names = [...new Set(inWindow.map(({ series }) => this.series[series]!.name))];
    const metrics = names.map((name) => {
      const values = inWindow
        .filter(({ series }) => this.series[series]!.name === name)
        .map(({ value }) => value);
      return {
        name,
        ...statistics(values),
        ratePerSecond: values.length / (windowMs / 1000),
        last: values.at(-1)!,
      };
    });
    return { metrics };
  }

  #raw(points: readonly StoredPoint[], request: RawRequest): RawResult {
    const { cursor, limit } = request;
    const own = this.#inRange(points, request);
    const start = cursor === undefined ? 0 : Number(cursor.replace(/^c/, ''));
    if (Number.isNaN(start)) {
      throw new MillraceError('MR_BAD_PARAMETER', 'cursor must be the next_cursor of an earlier answer.', {
        fields: { parameter: 'cursor' },
      });
    }
    const page = own.slice(start, start + limit);
    return {
      series: this.series.map(({ labels }) => labels),
      seriesIndexes: Uint32Array.from(page, ({ series }) => series),
      timesMs: Float64Array.from(page, ({ timeMs }) => timeMs),
      values: Float64Array.from(page, ({ value }) => value),
      nextCursor: start + limit < own.length ? `c${start + limit}` : undefined,
    };
  }
}

class FakeSink implements RowSink {
  readonly #engine: FakeEngine;
  readonly #nowMs: number;
  readonly #oldestMs: number;
  readonly #points: StoredPoint[] = [];
  readonly #rejects: number[] = [];
  #count = 0;
  isOpen = true;

  constructor(engine: FakeEngine, nowMs: number, kind: BatchKind) {
    this.#engine = engine;
    this.#nowMs = nowMs;
    this.#oldestMs = nowMs - FAKE_RETENTION_MS * (kind === 'history' ? 10 : 1);
  }

  resolve(name: string, labels: Labels | undefined): number {
    return this.#engine.resolve(name, labels);
  }

  timeReason(timeMs: number): number {
    if (timeMs < this.#oldestMs) return RejectCode.tooOld;
    return timeMs > this.#nowMs + 600_000 ? RejectCode.tooFarAhead : 0;
  }

  addResolved(series: number, value: number, timeMs: number | undefined): number {
    const time = timeMs ?? this.#nowMs;
    const reason = this.timeReason(time);
    if (reason !== 0) this.#rejects.push(reason);
    else if (this.#engine.isSink) this.#count++;
    else this.#points.push({ series, value, timeMs: time });
    return reason;
  }

  reject(reason: number): void {
    this.#rejects.push(reason);
  }

  commit(onSettled: (failure: Error | undefined) => void): Busy | undefined {
    this.isOpen = false;
    const engine = this.#engine;
    if (engine.busyCommits > 0) {
      engine.busyCommits--;
      return { busyRetryMs: engine.busyRetryMs, reason: 'the ring of shard 0 is full' };
    }
    engine.commits++;
    engine.sunk += this.#count;
    for (const point of this.#points) engine.points.push(point);
    engine.rejects.push(...this.#rejects);
    const failure = engine.failure;
    if (engine.settleAfterMs < 0) onSettled(failure);
    else setTimeout(() => onSettled(failure), engine.settleAfterMs);
    return undefined;
  }

  abort(): void {
    this.isOpen = false;
  }
}

function matches(series: StoredSeries, selectors: readonly LabelMatcher[]): boolean {
  return selectors.every(({ label, op, value }) => {
    const actual = label === NAME_LABEL ? series.name : (series.labels[label] ?? '');
    if (op === '=' || op === '!=') return (actual === value) === (op === '=');
    return compilePattern(value).matches(actual) === (op === '=~');
  });
}

function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

function statistics(values: readonly number[]) {
  const count = values.length;
  const sum = values.reduce((a, b) => a + b, 0);
  const mean = sum / count;
  const stddev = Math.sqrt(values.reduce((a, value) => a + (value - mean) ** 2, 0) / count);
  return {
    count,
    sum,
    mean,
    stddev,
    min: Math.min(...values),
    max: Math.max(...values),
    p50: percentile(values, 50),
    p90: percentile(values, 90),
    p95: percentile(values, 95),
    p99: percentile(values, 99),
  };
}

/** A coded error, for tests that let the engine fail. */
export const queueFull = new MillraceError('MR_BUSY', 'The query queue is full.', { retryAfterMs: 2500 });
