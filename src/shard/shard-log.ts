import { POINTS_ARRIVAL_MS } from '../../native-free-core/entry/entry-layout.js';
import type { EntryViews } from '../../native-free-core/head/head-writer.js';
import { logKey, tableKey } from '../store/keys.js';
import { LogValueBuilder, type LogValueReader } from '../store/log-value.js';
import { encodeShardRecord, type ShardRecord } from '../store/records.js';
import type { StoreWriter } from '../store/shard-store.js';
import { PREFIX_SHARD, SHARD_RECORD } from '../store/store-layout.js';

/** Where a shard stands in its ring: which run of the process, and behind which entry. */
export interface RingPlace {
  session: number;
  ringPosition: number;
}

/**
 * The log of a shard: a value a duty cycle, in the cycle's transaction, until the generation that it is of is in blocks. Keeps the
 * counts of points that stand in each value, so that they are known after a crash: `accepted` since the folder was made, and of those
 * `damaged`, that a value held which could not be read.
 */
export class ShardLog {
  accepted = 0;
  damaged = 0;
  /** Arrival of the oldest entry of the generation that takes points; Infinity: it has none. */
  oldestMs = Number.POSITIVE_INFINITY;
  readonly #value = new LogValueBuilder();
  #valuePoints = 0;
  #valueBytes = 0;
  #nextPosition = 0;
  /** Both as they were where the generation that takes points begins: its values in the log count on from there. */
  #acceptedBefore = 0;
  #damagedBefore = 0;
  /** Of the generation that takes points, and of the one that is flushed. */
  #takingBytes = 0;
  #flushingBytes = 0;

  /** Bytes of values that are durable and not removed yet. */
  get bytes(): number {
    return this.#takingBytes + this.#flushingBytes;
  }

  /** The same of the generation that takes points. */
  get takingBytes(): number {
    return this.#takingBytes;
  }

  /** Takes over where the log was cut last. */
  restore({ nextLogPosition, acceptedPoints, damagedPoints }: ShardRecord): void {
    this.#nextPosition = nextLogPosition;
    this.accepted = this.#acceptedBefore = acceptedPoints;
    this.damaged = this.#damagedBefore = damagedPoints;
  }

  /** A value is about to be replayed. */
  beginReplay({ acceptedPoints, points }: LogValueReader): void {
    // What values that could not be read had held.
    this.damaged += acceptedPoints - points - this.accepted;
    if (this.#takingBytes > 0) return;
    this.#acceptedBefore = acceptedPoints - points;
    this.#damagedBefore = this.damaged;
  }

  replayed(position: number, { acceptedPoints, length }: LogValueReader): void {
    this.accepted = acceptedPoints;
    this.#nextPosition = position + 1;
    this.#takingBytes += length;
  }

  /** Passes over a value that is damaged; `points` is what it says it held. */
  passOver(position: number, points: number): void {
    this.accepted += points;
    this.damaged += points;
    this.#nextPosition = position + 1;
  }

  /** Adds a points entry that stands in the ring, of which `points` were taken. */
  add(views: EntryViews, offset: number, points: number): void {
    this.accepted += points;
    this.#valuePoints += points;
    this.#value.add(views, offset);
    this.arrived(views, offset);
  }

  /** A points entry is of the generation that takes points. */
  arrived({ f64 }: EntryViews, offset: number): void {
    const arrivalMs = f64[(offset + POINTS_ARRIVAL_MS) >> 3]!;
    if (arrivalMs < this.oldestMs) this.oldestMs = arrivalMs;
  }

  /** The generation that takes points is flushed from now on, and another one takes them. */
  closeGeneration(): void {
    this.#acceptedBefore = this.accepted;
    this.#damagedBefore = this.damaged;
    this.#flushingBytes = this.#takingBytes;
    this.#takingBytes = 0;
    this.oldestMs = Number.POSITIVE_INFINITY;
  }

  /** Puts the cycle's value into the transaction, if it has entries. */
  write(writer: StoreWriter, generation: number, { session, ringPosition }: RingPlace): void {
    this.#valueBytes = 0;
    if (this.#value.isEmpty) return;
    this.#valueBytes = this.#value.length;
    const head = { session, ringPosition, acceptedPoints: this.accepted, points: this.#valuePoints };
    writer.put(logKey(generation, this.#nextPosition), this.#value.finish(head));
  }

  /** Removes the values of a generation that is in blocks with this transaction, and says from where on the log goes on. */
  writeCut(writer: StoreWriter, generation: number, { session, ringPosition }: RingPlace): void {
    writer.removeRange(logKey(generation, 0), logKey(generation + 1, 0));
    const record = {
      session,
      ringPosition,
      nextLogPosition: this.#nextPosition + 1,
      acceptedPoints: this.#acceptedBefore,
      damagedPoints: this.#damagedBefore,
    };
    writer.put(tableKey(PREFIX_SHARD, SHARD_RECORD), encodeShardRecord(record));
  }

  /** The transaction is durable. */
  committed(): void {
    if (this.#valueBytes > 0) this.#nextPosition++;
    this.#takingBytes += this.#valueBytes;
    this.#value.reset();
    this.#valuePoints = 0;
  }

  /** So is the one that cut the log. */
  cut(): void {
    this.#flushingBytes = 0;
  }
}
