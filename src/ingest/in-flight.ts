import type { AckLevel } from '../../protocol/frames/hello.js';
import type { RejectTally } from '../../protocol/reject-tally.js';
import type { ShardLinks } from './shard-links.js';

/** A batch between its arrival and its ACK. */
export interface InFlightBatch {
  seq: number;
  accepted: number;
  rejects: RejectTally | undefined;
  /** A position a shard that has to be reached; undefined: nothing to wait for. */
  positions: Int32Array | undefined;
  arrivedMs: number;
}

/** Whether a batch is settled at a level. */
export function isSettled(links: ShardLinks, batch: InFlightBatch, level: AckLevel): boolean {
  const { positions } = batch;
  if (positions === undefined) return true;
  for (let k = 0; k < positions.length; k++) {
    const ring = links.rings[k]!;
    if (!(level === 'durable' ? ring.isCommitted(positions[k]!) : ring.isTaken(positions[k]!))) return false;
  }
  return true;
}

/** Batches in the order of their arrival, which is the order in which they are settled. */
export class InFlightQueue {
  readonly #batches: InFlightBatch[] = [];
  #head = 0;

  get length(): number {
    return this.#batches.length - this.#head;
  }

  push(batch: InFlightBatch): void {
    this.#batches.push(batch);
  }

  peek(): InFlightBatch | undefined {
    return this.#batches[this.#head];
  }

  shift(): void {
    this.#head++;
    // Cut rarely: a splice a batch would move the whole queue each time.
    if (this.#head === this.#batches.length || this.#head === 256) {
      this.#batches.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
