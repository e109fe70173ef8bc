import type { RetentionSpec } from '../../native-free-core/retention/retention-policy.js';
import type { SeriesIndexMemory } from '../../native-free-core/series-index/series-index-memory.js';
import type { ErrorCode, ErrorDetails } from '../errors.js';
import type { QueryAnswer, QueryRequest } from '../http/ports.js';
import type { ShardMemory } from '../shard/shard-memory.js';
import type { QueryLimits } from './query-limits.js';

/** What every query thread is started with. */
export interface QueryWorkerData {
  shardCount: number;
  /** The folder of each shard's LMDB environment. */
  shardPaths: string[];
  memories: ShardMemory[];
  /** The index of all series. */
  index: SeriesIndexMemory;
  retention: RetentionSpec;
  /** What each tier may take, bytes, in the order of TIER_NAMES. */
  tierBytesMax: readonly number[];
  limits: QueryLimits;
}

/** The worker's data with what the pool adds. */
export interface QueryThreadData extends QueryWorkerData {
  /** One Int32 a slot: the ticket of the task in it that is cancelled. The pool writes, threads read. */
  cancelled: SharedArrayBuffer;
}

/** In a slot of `cancelled`: whatever task is in it. Tickets are positive. */
export const ALL_TICKETS = -1;

/** One query for a thread. It is cancelled while `cancelled[slot]` is its ticket or ALL_TICKETS. */
export interface QueryTask {
  request: QueryRequest;
  slot: number;
  ticket: number;
  timeoutMs: number;
  /** How long it may run on a thread that is for light queries, ms; not finite on any other. */
  budgetMs: number;
}

/** What goes with a coded error from thread to thread. */
export type FailureDetails = Pick<ErrorDetails, 'retryAfterMs' | 'fields'>;

/** What a thread says of a query. Coded errors travel as data, because cloning takes their class away. */
export interface QueryReply {
  outcome:
    | { kind: 'answer'; answer: QueryAnswer }
    | { kind: 'failure'; code: ErrorCode; detail: string; details: FailureDetails }
    | { kind: 'cancelled' }
    /** A fault of the program, for the log. */
    | { kind: 'fault'; text: string }
    /** It gave its thread up, because it is not light. */
    | { kind: 'yielded' };
  /** Points decoded. */
  points: number;
  /** Places of the store that it read and that were not told of lately. */
  reads: string[];
  /** Places that were found damaged for the first time, for a person. */
  damaged: string[];
}
