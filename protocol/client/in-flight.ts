import { Batch } from './batch.js';
import { BatchQueue } from './batch-queue.js';
import { buildEmptyFrame } from './columns-frame.js';

/** The largest hole in a sequence that is filled with empty batches; beyond it the engine has lost its memory of us. */
const holeMax = 1024;

/**
 * The batches that have a number and are not settled, in the order of their numbers, without holes:
 *
 *     front                cursor                end
 *       │  sent on this      │  to be sent again   │
 *       │  connection        │  (after BUSY, or on │
 *       │                    │  a new connection)  │
 *       └── seq 17, 18, 19 ──┴── 20, 21 ───────────┘ nextSeq = 22
 *
 * Sending only ever goes forward from the cursor, and both kinds of bad news only ever move it back, so batches
 * leave in order however the news arrives.
 */
export class InFlight {
  readonly #queue = new BatchQueue();
  #cursor = 0;
  /** The number of the next new batch; 0 before the first WELCOME. */
  nextSeq = 0;

  get length(): number {
    return this.#queue.length;
  }
  get bytes(): number {
    return this.#queue.bytes;
  }
  get points(): number {
    return this.#queue.points;
  }
  /** Batches sent on this connection and not settled. */
  get sent(): number {
    return this.#cursor;
  }
  get first(): Batch | undefined {
    return this.#queue.at(0);
  }

  /** The batch at the cursor, if any is to be sent again. */
  peekUnsent(): Batch | undefined {
    return this.#queue.at(this.#cursor);
  }

  /** The batch at the cursor has been handed to the socket. */
  markSent(nowMs: number): void {
    const batch = this.#queue.at(this.#cursor)!;
    this.#cursor++;
    if (batch.sends === 0) batch.firstSentAtMs = nowMs;
    batch.lastSentAtMs = nowMs;
    batch.sends++;
  }

  /** Takes a new batch in and gives it the next number. */
  push(batch: Batch): void {
    batch.assign(this.nextSeq++);
    this.#queue.push(batch);
  }

  /** Takes out every batch up to and including `seq`. */
  settleThrough(seq: number): Batch[] {
    const settled: Batch[] = [];
    while (this.#queue.length > 0 && this.#queue.at(0)!.seq <= seq) {
      settled.push(this.#queue.shift()!);
      this.#cursor = Math.max(0, this.#cursor - 1);
    }
    return settled;
  }

  /** From `seq` on everything is to be sent again. Never moves the cursor forward: news may be old. */
  rewindTo(seq: number): void {
    const first = this.first;
    if (first === undefined) return;
    this.#cursor = Math.min(this.#cursor, Math.max(0, seq - first.seq));
  }

  /** A new connection: everything is to be sent again. */
  rewindAll(): void {
    this.#cursor = 0;
  }

  /**
   * Agrees with an engine that has everything up to `lastSeq`, after `settleThrough(lastSeq)`. Answers whether
   * the engine can have heard that from this producer alone.
   */
  resume(lastSeq: number): boolean {
    if (this.nextSeq === 0) {
      this.nextSeq = lastSeq + 1;
      return true;
    }
    if (lastSeq >= this.nextSeq) {
      this.renumber(lastSeq + 1);
      return false;
    }
    // Only batches acknowledged from memory and then lost leave a hole, or an engine restored from a copy.
    const missing = (this.first?.seq ?? this.nextSeq) - (lastSeq + 1);
    if (missing > holeMax) this.renumber(lastSeq + 1);
    else if (missing > 0) this.#fillFrom(lastSeq + 1);
    return true;
  }

  /** Gives every batch a new number from `seq` on; for sequences that the engine doesn't remember. */
  renumber(seq: number): void {
    this.nextSeq = seq;
    for (let i = 0; i < this.#queue.length; i++) this.#queue.at(i)!.assign(this.nextSeq++);
  }

  /** Puts batches without points in front, so that the sequence has no hole from `seq` on. */
  #fillFrom(seq: number): void {
    const until = this.first?.seq ?? this.nextSeq;
    const fillers: Batch[] = [];
    for (let missing = seq; missing < until; missing++) {
      const filler = new Batch(buildEmptyFrame(), 0, { ordinal: 0, seriesNeeded: 0, firstPoint: 0 });
      filler.assign(missing);
      fillers.push(filler);
    }
    this.#queue.unshift(fillers);
    this.rewindAll();
  }

  /** The batch with this number. */
  find(seq: number): Batch | undefined {
    const first = this.first;
    return first === undefined || seq < first.seq ? undefined : this.#queue.at(seq - first.seq);
  }

  /** Whether the batch has been sent on this connection. */
  isSent(batch: Batch): boolean {
    return batch.seq - (this.first?.seq ?? 0) < this.#cursor;
  }

  /** Takes the points out of a batch and leaves its number in the sequence. */
  empty(batch: Batch): void {
    this.#queue.replace(batch, buildEmptyFrame(), 0);
    batch.assign(batch.seq);
  }

  clear(): void {
    this.#queue.clear();
    this.#cursor = 0;
  }
}
