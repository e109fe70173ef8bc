import type { Clock } from '../clock.js';
import { noLook } from '../http/present/look.js';
import {
  INLINE_BUDGET_MS,
  INLINE_READ_MS,
  INLINE_RUN_BYTES_MAX,
  INLINE_STEPS_MAX,
  INLINE_STEPS_ONCE_MAX,
} from './limits.js';
import type { QueryLimits } from './query-limits.js';
import type { RecentReads } from './recent-reads.js';
import { StopCheck } from './stop-check.js';
import { stepsOf, type WorkPart } from './work.js';

/**
 * Why a query is not for the socket thread: it is too much work, whatever is remembered of what it reads; or it was too much; or it was this time, and is less
 * the next time, since something is remembered; or it would have to wait for somebody or for the disk.
 */
export type NotInlineReason = 'beyond' | 'large' | 'unready' | 'waits';

/** Thrown by a query that the socket thread gives up; never leaves the query side. */
export class NotInline extends Error {
  readonly reason: NotInlineReason;

  constructor(reason: NotInlineReason) {
    super(`the query is not answered inline: ${reason}`);
    this.reason = reason;
  }
}

/** Work whose outcome is remembered, so that the next question does not have it. */
const ONCE: ReadonlySet<WorkPart> = new Set<WorkPart>(['directory', 'run', 'decoding']);
/** Work of choosing series and segments: not done again either while these stay the same, but short enough to be done each time. */
const CHOOSING: ReadonlySet<WorkPart> = new Set<WorkPart>(['matchedText', 'row', 'key']);

// Made once: the trace of calls that each would take along costs as much as many a query.
const BEYOND = new NotInline('beyond');
const TOO_LARGE = new NotInline('large');
const NOT_READY = new NotInline('unready');
const MUST_WAIT = new NotInline('waits');

/**
 * Ends a query on the socket thread as soon as it shows that it would take that thread for too long. It never sleeps; it reads no
 * place of the store that no query thread read a minute ago at most, so that it hits no page which must come from the disk.
 */
export class InlineStop extends StopCheck {
  readonly #clock: Clock;
  readonly #reads: RecentReads;
  readonly #untilMs: number;
  readonly #valueWeight: number;
  #steps = 0;
  #stepsOnce = 0;
  /** Those of `#steps` that every question has. */
  #stepsAlways = 0;
  #hasRemembered = false;

  /** `valueWeight` is how many times the usual steps a value of the answer takes. */
  constructor(clock: Clock, limits: QueryLimits, reads: RecentReads, valueWeight = 1) {
    super(clock, INLINE_BUDGET_MS, undefined, limits);
    this.#clock = clock;
    this.#reads = reads;
    this.#valueWeight = valueWeight;
    this.#untilMs = clock.monotonicMs() + INLINE_READ_MS;
  }

  override check(): void {
    if (this.#clock.monotonicMs() > this.#untilMs) throw this.#hasRemembered ? NOT_READY : TOO_LARGE;
  }

  /** What is small enough to be found here is written to its end: it would only be found once more. */
  override readonly whileWriting = noLook;

  /** Between two looks is one run, of one series or of a batch: how much a segment has of what is asked for is not known before. */
  override count(points: number): void {
    super.count(points);
    this.check();
  }

  override countCells(cells: number, bytes: number): void {
    super.countCells(cells, bytes);
    this.check();
  }

  override get sparesReads(): boolean {
    return true;
  }

  override beforeWait(): void {
    throw MUST_WAIT;
  }

  override beforeRead(place: string): void {
    if (!this.#reads.has(place, this.#clock.monotonicMs())) throw MUST_WAIT;
  }

  override beforeDecode(bytes: number): void {
    if (bytes > INLINE_RUN_BYTES_MAX) throw TOO_LARGE;
  }

  override remembered(): void {
    this.#hasRemembered = true;
  }

  override foresee(part: WorkPart, count: number): void {
    const steps = stepsOf(part, count) * (part === 'answerValue' ? this.#valueWeight : 1);
    if (ONCE.has(part)) this.#stepsOnce += steps;
    else this.#steps += steps;
    if (!ONCE.has(part) && !CHOOSING.has(part)) this.#stepsAlways += steps;
    if (this.#stepsAlways > INLINE_STEPS_MAX) throw BEYOND;
    if (this.#steps > INLINE_STEPS_MAX || this.#steps + this.#stepsOnce > INLINE_STEPS_ONCE_MAX)
      throw TOO_LARGE;
  }
}
