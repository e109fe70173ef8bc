import type { StoreWriter } from '../../store/shard-store.js';
import type { SegmentSweeper } from './segment-sweeper.js';
import type { StoreJob } from './store-job.js';

/** A sweep by age or by size, which takes many steps. */
export interface Sweep {
  /** Takes away what it may in one transaction. Answers the keys looked at. */
  step(): number;
  /** What took something away in the last step, if anything did. */
  readonly writing: SegmentSweeper | undefined;
  readonly isDone: boolean;
}

/** One step of a sweep as a job of its own, so that nothing else waits for all of them. */
export class SweepStep implements StoreJob {
  isDone = false;
  readonly #sweep: Sweep;
  readonly #onOver: () => void;

  /** `onOver` is called behind the sweep's last step. */
  constructor(sweep: Sweep, onOver: () => void) {
    this.#sweep = sweep;
    this.#onOver = onOver;
  }

  get hasWrites(): boolean {
    return this.#sweep.writing !== undefined;
  }

  step(): number {
    const seen = this.#sweep.step();
    if (!this.hasWrites) this.#end();
    return seen;
  }

  write(writer: StoreWriter): void {
    this.#sweep.writing?.output.write(writer);
  }

  committed(): void {
    this.#sweep.writing?.committed();
    this.#end();
  }

  #end(): void {
    this.isDone = true;
    if (this.#sweep.isDone) this.#onOver();
  }
}
