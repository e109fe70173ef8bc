import type { StoreFinding } from '../../store/findings.js';
import type { StoreWriter } from '../../store/shard-store.js';
import type { JobSource, ShardLoad, StoreJob } from './store-job.js';

/**
 * Runs the background work of one shard: a job at a time, a step or a few in each duty cycle. When the shard is idle it
 * works on and on; when it is busy only as much as the job's source asks for.
 */
export class Maintenance {
  readonly #sources: JobSource[] = [];
  #job: StoreJob | undefined;
  #source: JobSource | undefined;
  #findings: StoreFinding[] = [];

  /** Sources are asked in the order in which they are added. */
  add(source: JobSource): void {
    this.#sources.push(source);
  }

  /** Whether a job has been begun and is not done. */
  get isRunning(): boolean {
    return this.#job !== undefined;
  }

  get hasWrites(): boolean {
    return this.#job?.hasWrites === true;
  }

  /** What jobs have found in the store that is not as it should be, since the last call. */
  takeFindings(): StoreFinding[] {
    const found = this.#findings;
    if (found.length > 0) this.#findings = [];
    return found;
  }

  found(finding: StoreFinding): void {
    this.#findings.push(finding);
  }

  /** Works on what there is to do. Answers how much it did. */
  step(nowMs: number, load: ShardLoad): number {
    if (this.#job === undefined && !this.#begin(nowMs, load)) return 0;
    const steps = load === 'idle' ? 1 : (this.#source!.stepsWhenBusy?.() ?? 0);
    let worked = 0;
    for (let i = 0; i < steps && this.#job !== undefined && !this.#job.hasWrites; i++) {
      worked += this.#job.step(nowMs);
      if (this.#job.isDone) this.#job = undefined;
    }
    return worked;
  }

  #begin(nowMs: number, load: ShardLoad): boolean {
    for (const source of this.#sources) {
      this.#job = source.next(nowMs, load);
      this.#source = source;
      if (this.#job !== undefined) return true;
    }
    return false;
  }

  /** Puts what waits into the transaction. May be called again when the transaction failed. */
  write(writer: StoreWriter): void {
    if (this.hasWrites) this.#job!.write(writer);
  }

  /** The transaction is durable. */
  committed(): void {
    if (!this.hasWrites) return;
    this.#job!.committed();
    if (this.#job!.isDone) this.#job = undefined;
  }
}
