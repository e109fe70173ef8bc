import type { StoreWriter } from '../../store/shard-store.js';

/**
 * Background work on a shard's store, done between points: a compaction, a merge, a sweep, a delete. `Maintenance` runs
 * one job at a time, a step in a duty cycle:
 *
 *   step(nowMs)  does a bounded part: about 2 ms at most, by counting what it does, because it has no clock. It may read
 *                the store (what a read answers is valid until the next read), and collects its writes.
 *   write(w)     puts what waits into the cycle's transaction, in which the log value, a step of a flush and the changed
 *                records of `GroupBooks` go as well. Called when `hasWrites`, and again with the same writes when the
 *                transaction failed. Keep one transaction to COMPACTION_JOB_BYTES or so: an ACK waits for it.
 *   committed()  the transaction is durable: drop the writes, go on or be done.
 *
 * How to write one:
 *  1. Change the records of `GroupBooks` in the very step that collects the writes, never earlier or later: the transaction
 *     at the end of this cycle takes both.
 *  2. A change that others could see half done belongs into one transaction. A job that needs several ends each in a state
 *     that is right by itself, and finds where to go on after a crash from what is stored alone.
 *  3. Keys that a plan was made of may be gone when the job's turn comes, since another job changed them: pass over them.
 *  4. What is damaged is left where it is, told to `JobHost.found`, and not tried again until a restart.
 *  5. Of FRESH only generations up to `GroupBooks.durableGeneration` are the job's to touch: the flush writes those above, and
 *     some of what it has written may not be in the store yet.
 *  6. A run of a segment is written anew with `SegmentOutput`, which cuts segments, makes keys and keeps the tiers' records.
 *
 * A `JobSource` says what there is to do. Sources are asked in the order in which they were given to `Maintenance`,
 * whenever no job runs, so `next` must be cheap when there is nothing. One that has a share is asked first when it is due.
 */
export interface StoreJob {
  /** Does a bounded part. Answers how much: 0 when it only waits for its transaction. */
  step(nowMs: number): number;
  /** Whether `write` has something for the transaction of this cycle. */
  readonly hasWrites: boolean;
  write(writer: StoreWriter): void;
  committed(): void;
  readonly isDone: boolean;
}

/**
 * How much a shard has to do besides: 'idle' no entry waits and no flush runs; 'busy' one of both; 'turn' it may be busy, and the
 * source is asked because its share of the work is due.
 */
export type ShardLoad = 'idle' | 'busy' | 'turn';

export interface JobSource {
  /** The next job that should run under this load, if there is one. */
  next(nowMs: number, load: ShardLoad): StoreJob | undefined;
  /**
   * Steps that the running job of this source should be given in a cycle of a busy shard; 0: it waits until the shard is
   * idle. Absent: 0.
   */
  stepsWhenBusy?(): number;
  /** Of all steps, the part that this source's jobs get though those before it have work without end. Absent: none. */
  readonly share?: number;
  /** Whether it has work that a job of another source, which waits until the shard is idle, must not hold up. Absent: never. */
  isWaiting?(nowMs: number): boolean;
}
