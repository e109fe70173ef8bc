import { performance as hooks } from 'node:perf_hooks';
import { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import type { Clock } from '../clock.js';
import { MillraceError } from '../errors.js';
import { CODED_ANSWER_BYTES_MIN } from '../http/limits.js';
import type { QueryAnswer, QueryRequest } from '../http/ports.js';
import { HeavyShapes } from './heavy-shapes.js';
import { InlineStop, NotInline } from './inline-stop.js';
import {
  INLINE_BEYOND_MS,
  INLINE_BUDGET_MS,
  INLINE_CELL_CACHE_BYTES,
  INLINE_OBJECT_WEIGHT,
  INLINE_REOPEN_MS,
} from './limits.js';
import { LiveCoverage } from './live-coverage.js';
import { LoopShare, type LoopTimes } from './loop-share.js';
import { QueryEngine } from './query-engine.js';
import { QueryFindings } from './query-findings.js';
import type { QueryWorkerData } from './query-task.js';
import { RecentReads } from './recent-reads.js';
import { type SeenShards, seeShards } from './seen-shards.js';

/** What may be asked here: everything of these that takes long is foreseen, or shows between two looks at the clock. */
const KINDS: ReadonlySet<string> = new Set(['latest', 'aggregate', 'rollup']);
/** The same where a tier is bounded in bytes, which a question about windows asks the store about. */
const KINDS_WITH_SIZES: ReadonlySet<string> = new Set(['latest']);

/** What was answered here. */
export interface InlineAnswer {
  answer: QueryAnswer;
  /** Points decoded. */
  points: number;
  /** Places that were found damaged for the first time. */
  damaged: string[];
}

const loopTimes: LoopTimes = () => hooks.eventLoopUtilization();

/**
 * Answers small queries on the socket thread, which saves the way to a query thread and back: as long as such a query takes, or
 * longer. What is small is foreseen while it is planned; what can't be foreseen is given up, and asked of a thread, as is everything while
 * the thread has more to do with points. docs/adr/0012-small-queries-on-the-socket-thread.md has the reasons.
 */
export class InlineLane {
  readonly #data: QueryWorkerData;
  readonly #clock: Clock;
  readonly #share: LoopShare;
  readonly #kinds: ReadonlySet<string>;
  readonly #findings = new QueryFindings();
  readonly #reads = new RecentReads();
  /** Questions that were too large for this lane when they were asked last. */
  readonly #large = new HeavyShapes();
  /** Those that are so whatever is remembered, until `#beyondUntilMs`: series come and go. */
  #beyond = new HeavyShapes();
  #beyondUntilMs = 0;
  /** Opened by the first question, when the shards have their stores. */
  #opened: { shards: SeenShards; engine: QueryEngine } | undefined;
  #openAfterMs = Number.NEGATIVE_INFINITY;
  readonly #onClosed: (detail: string) => void;
  #isTold = false;

  /** `onClosed` is told once why the stores can't be opened here. */
  // Four arguments: the last two have defaults for tests.
  constructor(
    data: QueryWorkerData,
    clock: Clock,
    times: LoopTimes = loopTimes,
    onClosed: (detail: string) => void = () => {},
  ) {
    this.#data = data;
    this.#onClosed = onClosed;
    this.#clock = clock;
    this.#kinds = data.tierBytesMax.some(Number.isFinite) ? KINDS_WITH_SIZES : KINDS;
    this.#share = new LoopShare(clock, times);
  }

  /**
   * The answer, or undefined where a thread must be asked.
   * @throws MillraceError for what is no answer; a fault of the program
   */
  tryAnswer(request: QueryRequest): InlineAnswer | undefined {
    if (!this.#kinds.has(request.kind) || this.#large.isHeavy(request) || !this.#share.mayBegin())
      return undefined;
    const startMs = this.#clock.monotonicMs();
    if (startMs >= this.#beyondUntilMs) {
      this.#beyond = new HeavyShapes();
      this.#beyondUntilMs = startMs + INLINE_BEYOND_MS;
    } else if (this.#beyond.isHeavy(request)) return undefined;
    const engine = this.#engine(startMs);
    if (engine === undefined) return undefined;
    const stop = new InlineStop(this.#clock, this.#data.limits, this.#reads, valueWeight(request));
    try {
      // Encoding takes as long as everything else, so what is long enough for it is for a thread.
      const answer = engine.answer({ ...request, coding: undefined }, stop);
      if (request.coding === undefined || answer.body.length < CODED_ANSWER_BYTES_MIN) {
        return { answer, points: stop.cost.points, damaged: this.#findings.take() };
      }
      this.#large.learn(request, true);
    } catch (error) {
      if (error instanceof NotInline) {
        if (error.reason === 'large') this.#large.learn(request, true);
        else if (error.reason === 'beyond') this.#beyond.learn(request, true);
      } else if (!isForThread(error)) throw error;
    } finally {
      this.#share.spend(this.#clock.monotonicMs() - startMs);
    }
    return undefined;
  }

  /** Notes what a query thread read, and that a question took it so long. */
  learn(request: QueryRequest, reads: readonly string[], tookMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    for (const place of reads) this.#reads.note(place, nowMs);
    if (tookMs < INLINE_BUDGET_MS) this.#large.learn(request, false);
  }

  async close(): Promise<void> {
    for (const view of this.#opened?.shards.views ?? []) await view.close();
  }

  /** Undefined for a while after the stores could not be opened here: a thread that has no more luck says why. */
  #engine(nowMs: number): QueryEngine | undefined {
    if (this.#opened !== undefined || nowMs < this.#openAfterMs) return this.#opened?.engine;
    const { retention, tierBytesMax, limits, memories } = this.#data;
    let shards: SeenShards;
    try {
      shards = seeShards(this.#data, this.#findings);
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      this.#openAfterMs = nowMs + INLINE_REOPEN_MS;
      if (!this.#isTold) this.#onClosed(error.message);
      this.#isTold = true;
      return undefined;
    }
    const coverage = new LiveCoverage(memories, this.#clock);
    const settings = {
      retention: new RetentionPolicy(retention),
      tierBytesMax,
      limits,
      cellCacheBytes: INLINE_CELL_CACHE_BYTES,
    };
    this.#opened = { shards, engine: new QueryEngine(shards, this.#findings, coverage, settings) };
    return this.#opened.engine;
  }
}

const valueWeight = ({ format }: QueryRequest): number =>
  format === 'json' || format === 'columns' ? 1 : INLINE_OBJECT_WEIGHT;

/** Whether a thread may still find an answer: it waits for a while where this lane does not. */
const isForThread = (error: unknown): boolean =>
  error instanceof MillraceError && (error.code === 'MR_BUSY' || error.code === 'MR_STARTING');
