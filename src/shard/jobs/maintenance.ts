import { JOB_TURN_STEPS_MAX } from '../../../native-free-core/limits.js';
import type { StoreFinding } from '../../store/findings.js';
import type { StoreWriter } from '../../store/shard-store.js';
import type { JobSource, StoreJob } from './store-job.js';

/** A source, and the steps that its jobs may do before it is the others' turn again. */
interface Lane {
  source: JobSource;
  dueSteps: number;
}

/**
 * Runs the background work of one shard: a job at a time, a step or a few in each duty cycle. When the shard is idle it
 * works on and on; when it is busy only as much as the job's source asks for. Sources come in their order, but one with a share
 * gets that in the long run, whatever those before it have to do.
 */
export class Maintenance {
  readonly #lanes: Lane[] = [];
  #job: StoreJob | undefined;
  #lane: Lane | undefined;
  /** The job was begun because its source's share was due: its steps count against that. */
  #isTurn = false;
  #findings: StoreFinding[] = [];

  /** Sources are asked in the order in which they are added. */
  add(source: JobSource): void {
    this.#lanes.push({ source, dueSteps: 0 });
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
  step(nowMs: number, load: 'idle' | 'busy'): number {
    if (this.#job === undefined && !this.#begin(nowMs, load)) return 0;
    const steps = load === 'idle' ? 1 : this.#stepsWhenBusy(nowMs);
    let worked = 0;
    for (let i = 0; i < steps && this.#job !== undefined && !this.#job.hasWrites; i++) {
      worked += this.#job.step(nowMs);
      this.#countStep();
      if (this.#job.isDone) this.#job = undefined;
    }
    return worked;
  }

  /** A job that waits for an idle shard goes on all the same, slowly, while others wait behind it. */
  #stepsWhenBusy(nowMs: number): number {
    const steps = this.#lane!.source.stepsWhenBusy?.() ?? 0;
    if (steps > 0) return steps;
    for (const { source } of this.#lanes) if (source.isWaiting?.(nowMs) === true) return 1;
    return 0;
  }

  #countStep(): void {
    if (this.#isTurn) this.#lane!.dueSteps--;
    for (const lane of this.#lanes) {
      if (lane === this.#lane || lane.source.share === undefined) continue;
      lane.dueSteps = Math.min(JOB_TURN_STEPS_MAX, lane.dueSteps + lane.source.share);
    }
  }

  #begin(nowMs: number, load: 'idle' | 'busy'): boolean {
    for (const lane of this.#lanes) {
      if (lane.dueSteps >= 1 && this.#take(lane, lane.source.next(nowMs, 'turn'), true)) return true;
    }
    for (const lane of this.#lanes) if (this.#take(lane, lane.source.next(nowMs, load), false)) return true;
    return false;
  }

  #take(lane: Lane, job: StoreJob | undefined, isTurn: boolean): boolean {
    this.#job = job;
    this.#lane = lane;
    this.#isTurn = isTurn;
    return job !== undefined;
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
