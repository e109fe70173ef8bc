import type { AckLevel } from '../../protocol/frames/hello.js';
import type { ConnectionContext } from './connection-context.js';
import type { ConnectionReplies } from './connection-replies.js';
import { type InFlightBatch, InFlightQueue, isSettled } from './in-flight.js';
import type { IngestCounters } from './ingest-counters.js';
import type { NamedProducer } from './producer-directory.js';
import type { ShardLinks } from './shard-links.js';

/**
 * The batches of one connection that its client waits for, and, of a named producer, those that it was told of from memory, because
 * its next connection must wait until they are durable. Moves the producer's `durableSeq` on.
 */
export class UnsettledBatches {
  /** Of whom they are; undefined: of nobody with a name. */
  producer: NamedProducer | undefined;
  readonly #links: ShardLinks;
  readonly #counters: IngestCounters;
  readonly #replies: ConnectionReplies;
  readonly #queue = new InFlightQueue();
  readonly #taken = new InFlightQueue();

  constructor({ links, counters }: ConnectionContext, replies: ConnectionReplies) {
    this.#links = links;
    this.#counters = counters;
    this.#replies = replies;
  }

  /** Batches that the client waits for. */
  get length(): number {
    return this.#queue.length;
  }

  /** True when nothing is left that has to become durable. */
  get isEmpty(): boolean {
    return this.#queue.length + this.#taken.length === 0;
  }

  push(batch: InFlightBatch): void {
    this.#counters.inFlight++;
    this.#queue.push(batch);
  }

  /** Whether the only batch that the client waits for has been settled already. */
  isSettledAlone(level: AckLevel): boolean {
    return this.#queue.length === 1 && isSettled(this.#links, this.#queue.peek()!, level);
  }

  /** Tells the client what is settled. */
  acknowledge(level: AckLevel, nowMs: number): void {
    let accepted = 0;
    let settledSeq = 0;
    for (let batch = this.#shift(level); batch !== undefined; batch = this.#shift(level)) {
      accepted += batch.accepted;
      // Not the last one's: a batch that came again stands behind later ones.
      settledSeq = Math.max(settledSeq, batch.seq);
      this.#counters.ackMs.record(nowMs - batch.arrivedMs);
      if (batch.rejects === undefined) continue;
      // Its own ACK, or firstIndex wouldn't say of which batch.
      this.#replies.ack(settledSeq, accepted, batch.rejects.list());
      accepted = settledSeq = 0;
    }
    if (settledSeq > 0) this.#replies.ack(settledSeq, accepted, []);
  }

  /** Settles what is durable though nobody listens any more. */
  settleSilently(): void {
    while (this.#shift('durable') !== undefined);
  }

  /** The next batch if it is settled at a level; it is taken out. */
  #shift(level: AckLevel): InFlightBatch | undefined {
    const batch = this.#queue.peek();
    if (batch === undefined || !isSettled(this.#links, batch, level)) return undefined;
    this.#queue.shift();
    this.#counters.inFlight--;
    if (this.producer === undefined) return batch;
    if (isSettled(this.#links, batch, 'durable')) this.#markDurable(batch.seq);
    else this.#taken.push(batch);
    return batch;
  }

  /** Marks what has become durable of what the client was told of from memory. */
  settleTaken(): void {
    for (let batch = this.#taken.peek(); batch !== undefined; batch = this.#taken.peek()) {
      if (!isSettled(this.#links, batch, 'durable')) return;
      this.#markDurable(batch.seq);
      this.#taken.shift();
    }
  }

  #markDurable(seq: number): void {
    this.producer!.durableSeq = Math.max(this.producer!.durableSeq, seq);
  }
}
