import type { Clock } from '../clock.js';
import { MillraceError } from '../errors.js';
import { SCAN_POINTS_MAX } from './limits.js';

/** Thrown by a query that nobody waits for any more; never leaves the query side. */
export class QueryCancelled extends Error {
  constructor() {
    super('the query was cancelled');
  }
}

/**
 * What ends a query early: its client went away, its time is over, it decoded too many points. Looked at between
 * segments and between slices of series, so that a thread stops within a few milliseconds and is never terminated: it
 * holds read transactions.
 */
export class StopCheck {
  /** Points decoded so far. */
  points = 0;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #timeoutMs: number;
  readonly #isCancelled: () => boolean;

  constructor(clock: Clock, timeoutMs: number, isCancelled: () => boolean = () => false) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#deadlineMs = clock.monotonicMs() + timeoutMs;
    this.#isCancelled = isCancelled;
  }

  /** @throws QueryCancelled, or MillraceError MR_QUERY_TIMEOUT */
  check(): void {
    if (this.#isCancelled()) throw new QueryCancelled();
    if (this.#clock.monotonicMs() <= this.#deadlineMs) return;
    throw queryTimeout(this.#timeoutMs);
  }

  /** Counts decoded points. @throws MillraceError MR_QUERY_TOO_BIG beyond the bound */
  count(points: number): void {
    this.points += points;
    if (this.points <= SCAN_POINTS_MAX) return;
    throw tooBig(`decodes more than ${SCAN_POINTS_MAX} points`);
  }
}

export function queryTimeout(timeoutMs: number): MillraceError {
  return new MillraceError(
    'MR_QUERY_TIMEOUT',
    `The query took longer than ${timeoutMs} ms (limits.queryTimeoutMs). Ask for a shorter range or fewer series, or try again when the server is less busy.`,
  );
}

/** A query beyond a limit; `what` says which, as the end of "The query …". */
export function tooBig(what: string): MillraceError {
  return new MillraceError(
    'MR_QUERY_TOO_BIG',
    `The query ${what}. Ask for a shorter range (start, end) or fewer series (host=, match=).`,
  );
}
