import type { Clock } from '../clock.js';
import { READS_TOLD_MAX } from './limits.js';
import type { QueryLimits } from './query-limits.js';
import type { RecentReads } from './recent-reads.js';
import { StopCheck } from './stop-check.js';

/** What one run of a query on a thread may. */
export interface ThreadBounds {
  timeoutMs: number;
  isCancelled: () => boolean;
  limits: QueryLimits;
}

/** Ends a query of a query thread, and notes what it reads for the socket thread (inline-stop.ts). */
export class ThreadStop extends StopCheck {
  /** Places that it read which the socket thread was not told of lately; of a query that reads many, the first. */
  readonly reads: string[] = [];
  readonly #clock: Clock;
  readonly #told: RecentReads;

  /** `told` is what this thread told of before. */
  constructor(clock: Clock, { timeoutMs, isCancelled, limits }: ThreadBounds, told: RecentReads) {
    super(clock, timeoutMs, isCancelled, limits);
    this.#clock = clock;
    this.#told = told;
  }

  override beforeRead(place: string): void {
    if (this.reads.length >= READS_TOLD_MAX) return;
    if (this.#told.noteAnew(place, this.#clock.monotonicMs())) this.reads.push(place);
  }
}
