import type { Clock } from '../clock.js';
import { MillraceError } from '../errors.js';
import { SKETCHES_BYTES_MAX } from './limits.js';
import { newCost, type QueryCost } from './query-cost.js';
import { QUERY_LIMITS_DEFAULT, type QueryLimits } from './query-limits.js';
import { QueryTrace } from './query-trace.js';
import type { WorkPart } from './work.js';

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
  readonly cost: QueryCost = newCost();
  readonly trace: QueryTrace;
  readonly limits: QueryLimits;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #timeoutMs: number;
  readonly #isCancelled: () => boolean;

  constructor(
    clock: Clock,
    timeoutMs: number,
    isCancelled: () => boolean = () => false,
    limits: QueryLimits = QUERY_LIMITS_DEFAULT,
  ) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#deadlineMs = clock.monotonicMs() + timeoutMs;
    this.#isCancelled = isCancelled;
    this.limits = limits;
    this.trace = new QueryTrace(() => clock.monotonicMs());
  }

  /** @throws QueryCancelled, or MillraceError MR_QUERY_TIMEOUT */
  check(): void {
    if (this.#isCancelled()) throw new QueryCancelled();
    if (this.#clock.monotonicMs() <= this.#deadlineMs) return;
    throw queryTimeout(this.#timeoutMs);
  }

  /** Called while the answer is written, every few ms. @throws as `check` */
  readonly whileWriting: () => void = () => this.check();

  /** Says that the query is about to sleep. @throws as `check` */
  beforeWait(): void {
    this.check();
  }

  /** Whether what is remembered is to be taken without a look at the store. */
  get sparesReads(): boolean {
    return false;
  }

  /** Says that the query is about to read a place of the store, whose pages may not be in memory. */
  beforeRead(_place: string): void {}

  /** Says that a run of cells of so many bytes is going to be decoded, without a look at the time between. */
  beforeDecode(_bytes: number): void {}

  /** Says that something was found out that the next query need not. */
  remembered(): void {}

  /** Says how much of a part of its work the query has before it. */
  foresee(_part: WorkPart, _count: number): void {}

  /** Counts decoded points. @throws MillraceError MR_QUERY_TOO_BIG beyond the bound */
  count(points: number): void {
    this.cost.points += points;
    this.#checkDecoded();
  }

  /** Counts decoded cells of rollups and their bytes. @throws MillraceError MR_QUERY_TOO_BIG beyond the bound */
  countCells(cells: number, bytes: number): void {
    this.cost.cells += cells;
    this.cost.bytes += bytes;
    this.#checkDecoded();
  }

  #checkDecoded(): void {
    if (this.cost.points + this.cost.cells <= this.limits.points) return;
    throw tooBig(`decodes more than ${this.limits.points} points (limits.queryPoints)`);
  }
}

export function queryTimeout(timeoutMs: number): MillraceError {
  return new MillraceError(
    'MR_QUERY_TIMEOUT',
    `The query took longer than ${timeoutMs} ms (limits.queryTimeoutMs). Ask for a shorter range or fewer series, or try again when the server is less busy.`,
  );
}

/** Holds the groups of an answer against the bound of its rows. @throws MillraceError MR_QUERY_TOO_BIG */
export function checkGroups(groups: number, { limits }: StopCheck, rowsEach = 1): void {
  if (groups * rowsEach <= limits.rows) return;
  throw tooBig(
    `has ${groups} groups of ${rowsEach} rows, more than ${limits.rows} rows (limits.queryRows)`,
    'Ask for fewer groups (group_by=), fewer series (host=, match=) or less of each.',
  );
}

/** Holds the memory of a query's sketches against its bound. @throws MillraceError MR_QUERY_TOO_BIG */
export function checkSketches(bytes: number): void {
  if (bytes <= SKETCHES_BYTES_MAX) return;
  throw tooBig(
    `needs more than ${SKETCHES_BYTES_MAX / 2 ** 20} MiB of sketches`,
    'Ask for longer windows, a shorter range (start, end), fewer groups (group_by=), or no percentiles.',
  );
}

const NARROW = 'Ask for a shorter range (start, end) or fewer series (host=, match=).';

/** A query beyond a limit; `what` says which, as the end of "The query …", and `advice` how to stay within it. */
export function tooBig(what: string, advice: string = NARROW): MillraceError {
  return new MillraceError('MR_QUERY_TOO_BIG', `The query ${what}. ${advice}`);
}
