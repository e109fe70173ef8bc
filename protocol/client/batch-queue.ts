import { assert } from '../assert.js';
import type { Batch } from './batch.js';

/** First in, first out, with sums of what is in it. An array with a moving head: batches are few and shifting is rare. */
export class BatchQueue {
  #items: Batch[] = [];
  #head = 0;
  bytes = 0;
  points = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The batch at `index` from the front. */
  at(index: number): Batch | undefined {
    return this.#items[this.#head + index];
  }

  push(batch: Batch): void {
    this.#items.push(batch);
    this.#count(batch, 1);
  }

  /** Puts batches before all others, in their order. */
  unshift(batches: readonly Batch[]): void {
    this.#items = [...batches, ...this.#items.slice(this.#head)];
    this.#head = 0;
    for (const batch of batches) this.#count(batch, 1);
  }

  shift(): Batch | undefined {
    const batch = this.#items[this.#head];
    if (batch === undefined) return undefined;
    this.#head++;
    this.#count(batch, -1);
    // Half of it used up: let go of the settled frames.
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return batch;
  }

  /** Puts other content into a batch that stays where it is. */
  replace(batch: Batch, frame: Uint8Array, points: number): void {
    this.#count(batch, -1);
    batch.frame = frame;
    batch.points = points;
    this.#count(batch, 1);
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.bytes = 0;
    this.points = 0;
  }

  #count(batch: Batch, sign: 1 | -1): void {
    this.bytes += sign * batch.frame.length;
    this.points += sign * batch.points;
    assert(this.bytes >= 0 && this.points >= 0, 'a queue cannot hold less than nothing');
  }
}
