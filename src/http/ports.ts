import type { TierName } from '../../native-free-core/tier/tiers.js';
import type { AnswerCoding } from './answer-coding.js';

/**
 * What the HTTP edge asks of the engine, and nothing else: it knows no shard, no store and no thread. Three
 * ports, each given to startHttpServer. Everything in a QueryRequest and a QueryAnswer can be sent to another
 * thread (structured clone); bytes of an answer may be transferred.
 */

import type { BatchKind } from '../ingest/time-gate.js';

export type Labels = Readonly<Record<string, string>>;

/** Ingest. From begin to commit everything is synchronous, because a body's memory may die with its handler. */
export interface IngestPort {
  /**
   * Starts a batch. One batch is open at a time: the sink is the port's own and is used again, so it must be
   * committed or aborted before the next begin.
   * @param nowMs the time of arrival, given to points without one
   * @param kind decides how old a point may be
   */
  begin(nowMs: number, kind: BatchKind): RowSink;
}

/** Takes the points of one batch. No method throws on bad input. */
export interface RowSink {
  /**
   * Finds or makes the series of a name and labels (raw, as the user sent them: the port checks them).
   * @returns a handle ≥ 0 that stays valid for the life of the process, or -1 - reason
   */
  resolve(name: string, labels: Labels | undefined): number;
  /** Why a time is not taken of any series, 0 where it may be: asked before a series is made for its point. Counts nothing. */
  timeReason(timeMs: number): number;
  /**
   * Adds a point of a resolved series.
   * @param timeMs ms since the epoch, or undefined: the time of arrival
   * @returns 0, or the number of the reason the port refuses (and counts) it for
   */
  addResolved(series: number, value: number, timeMs: number | undefined): number;
  /** Counts a point that was refused before it came here: by resolve, or by the edge because it is no point at all. */
  reject(reason: number): void;
  /**
   * Hands the accepted points over and closes the batch. Either takes all of them, and calls onSettled once
   * (perhaps before it returns), when they are durable or can't be; or takes none, counts nothing, and says when
   * to try again. A batch of rejects alone is settled when they are counted.
   */
  commit(onSettled: (failure: Error | undefined) => void): Busy | undefined;
  /** Drops the batch; its rejects are not counted. */
  abort(): void;
}

export interface Busy {
  busyRetryMs: number;
  reason: string;
}

export type MatchOp = '=' | '!=' | '=~' | '!~';

/**
 * A condition on a label. A label that a series lacks has the empty value, as in PromQL. Regular expressions
 * are anchored at both ends; the edge has checked them with compilePattern (selector/pattern.ts), which is also
 * what must run them: it takes time linear in the value. The label `__name__` stands for the metric's name, and
 * appears only in calls that are not about one metric.
 */
export interface LabelMatcher {
  label: string;
  op: MatchOp;
  value: string;
}

/**
 * How an answer is written: the same content as JSON or MessagePack; `columns`, times and aligned values for charts, in either;
 * and, where it is a table, CSV or a JSON object a line.
 */
export type AnswerFormat = 'json' | 'msgpack' | 'columns' | 'columns_msgpack' | 'csv' | 'ndjson';

/**
 * A validated question. Each call has a type of its own (present/), known by its kind, and a line in the table by which
 * query threads find who answers it (src/query/questions.ts).
 */
export interface QueryRequest {
  kind: string;
  format: AnswerFormat;
  /** Whether the answer is to tell what it cost, where its format has a place for that. */
  isTraced?: boolean;
  /** How the bytes may be encoded. */
  coding?: AnswerCoding | undefined;
  /** Where the answer depends on points before this time alone, ms: an answer about the past may be kept. */
  endMs?: number;
}

/** A request about the series that match. */
export interface SelectorsRequest extends QueryRequest {
  /** All must hold. */
  selectors: LabelMatcher[];
}

/** A request about one metric. */
export interface MetricRequest extends SelectorsRequest {
  metric: string;
}

/** A request about one metric in a range of time, half-open: [startMs, endMs). */
export interface RangeRequest extends MetricRequest {
  startMs: number;
  endMs: number;
}

/**
 * A finished answer: the body is already written, on the query thread (present/present.ts does it), so that
 * the socket thread only passes bytes on.
 */
export interface QueryAnswer {
  body: Uint8Array;
  /** How the body is encoded; undefined: as it is. */
  coding: AnswerCoding | undefined;
  /** Rows of the answer, where it is a page of more. */
  rows: number;
  /** Where the next page begins; undefined on the last one. */
  nextCursor: string | undefined;
}

/**
 * Queries. Runs on a query thread; rejects with a MillraceError (MR_BUSY when its queue is full, MR_UNKNOWN_METRIC, and so on),
 * or when aborted.
 */
export interface QueryPort {
  /** The answer where it is at hand, so that nobody has to wait for a thread; asked before `run` is. Throws as `run` rejects. */
  answerNow?(request: QueryRequest): QueryAnswer | undefined;
  run(request: QueryRequest, signal: AbortSignal): Promise<QueryAnswer>;
}

/** A backup that was taken while the engine runs. */
export interface SnapshotReport {
  name: string;
  /** Of its folder. */
  path: string;
  bytes: number;
  shards: number;
  /** How long the slowest shard took no points for it. */
  heldMs: number;
  durationMs: number;
}

/** A backup where the engine makes them. */
export interface KeptSnapshot {
  name: string;
  path: string;
  bytes: number;
  /** Not what a crash cut short. */
  isWhole: boolean;
  takenMs: number;
}

/** Backups. Rejects with a MillraceError, and then has left nothing behind. */
export interface SnapshotPort {
  takeSnapshot(name: string | undefined): Promise<SnapshotReport>;
  /** Those that are there, the oldest first. */
  listSnapshots(): KeptSnapshot[];
  removeSnapshot(name: string): Promise<KeptSnapshot>;
}

export interface HealthReport {
  state: 'ok' | 'starting' | 'stopping' | 'unable_to_store';
  uptimeSeconds: number;
  version: string;
  /** Why the state isn't ok, as a sentence. */
  reason?: string;
}

/** How many series the engine takes, and how many points it has refused because of their series, by reason. */
export interface SeriesAdmission {
  limits: Record<string, number>;
  refused: Record<string, number>;
}

/** What an operator watches. health() answers at once. */
export interface OperatorPort {
  health(): HealthReport;
  stats(): Promise<object>;
  /** The same in Prometheus' text format. */
  metricsText(): Promise<string>;
  /** What the store holds. */
  databaseStatus(): Promise<object>;
  /** The engine at a glance. */
  summary(): Promise<object>;
  seriesAdmission(): SeriesAdmission;
}

/** What may be asked of the stored data besides reading it. Rejects with a MillraceError, of which many say to try again. */
export interface StorePort {
  /** By tier, in the order of TIER_NAMES, the default retention, ms; Infinity: for ever. */
  readonly retentionMs: readonly number[];
  /** Takes away what is past its retention. Answers with what went, as an object that can be sent. */
  sweep(): Promise<object>;
  /** Closes what can be closed, and makes the cells of [startMs, endMs) anew from the finer tier; `tier`: of this one alone. */
  trigger(range: { startMs: number; endMs: number; tier: TierName | undefined }): Promise<object>;
  /** Deletes the points of [startMs, endMs) of all series that match, from every tier. */
  deleteSeries(request: { selectors: LabelMatcher[]; startMs: number; endMs: number }): Promise<object>;
}
