import { JOB_SHARE } from '../../../native-free-core/limits.js';
import { TIER_TABLES } from '../../store/tier-tables.js';
import { AgeSweep } from './age-sweep.js';
import { writing } from './one-step-job.js';
import type { SweptRows } from './segment-sweeper.js';
import type { JobSource, ShardLoad, StoreJob } from './store-job.js';
import type { SweepHost } from './sweep-host.js';
import { SweepStep } from './sweep-step.js';

/** A pass that runs: the sweep that is at work, and those to come. */
interface Pass {
  sweep: AgeSweep | undefined;
  readonly left: (() => AgeSweep)[];
}

/**
 * Takes away what is past its retention, in a pass over every tier of every group now and then, or when somebody asks. Each step of it
 * is a job of its own. A pass that a crash cuts short begins anew; what it took is gone and counted.
 */
export class RetentionSweep implements JobSource {
  readonly share = JOB_SHARE;
  /** Passes that are over. */
  passes = 0;
  readonly #host: SweepHost;
  /** Undefined: none runs. */
  #pass: Pass | undefined;
  #nextPassMs = Number.NaN;
  #lastStepMs = Number.NEGATIVE_INFINITY;
  #isWanted = false;

  constructor(host: SweepHost) {
    this.#host = host;
  }

  get isRunning(): boolean {
    return this.#pass !== undefined;
  }

  /** By tier, what has gone since the start, by size too. */
  get swept(): readonly Readonly<SweptRows>[] {
    return this.#host.swept;
  }

  /** Lets a pass begin at once. Answers the number that `passes` has when it is over. */
  trigger(): number {
    this.#isWanted = true;
    return this.passes + (this.isRunning ? 2 : 1);
  }

  next(nowMs: number, load: ShardLoad): StoreJob | undefined {
    const { busyMs } = this.#host.sweepBounds;
    const sinceMs = nowMs - this.#lastStepMs;
    // A clock that was set back must not stop sweeps until it has caught up.
    if (load === 'busy' && sinceMs >= 0 && sinceMs < busyMs) return undefined;
    if (this.#pass === undefined && !this.#isDue(nowMs)) return undefined;
    this.#lastStepMs = nowMs;
    const pass = (this.#pass ??= this.#begin(nowMs));
    pass.sweep ??= pass.left.shift()?.();
    if (pass.sweep === undefined) return this.#end(nowMs);
    return new SweepStep(pass.sweep, () => (pass.sweep = undefined));
  }

  stepsWhenBusy(): number {
    return 1;
  }

  isWaiting(nowMs: number): boolean {
    return this.#pass !== undefined || this.#isDue(nowMs);
  }

  #isDue(nowMs: number): boolean {
    const { intervalMs } = this.#host.sweepBounds;
    const isFar = nowMs < this.#nextPassMs - intervalMs;
    if (Number.isNaN(this.#nextPassMs) || isFar) this.#nextPassMs = nowMs + intervalMs;
    return this.#isWanted || nowMs >= this.#nextPassMs;
  }

  #begin(nowMs: number): Pass {
    const { books, sweepBounds, retention, marks } = this.#host;
    this.#isWanted = false;
    this.#nextPassMs = nowMs + sweepBounds.intervalMs;
    const left: (() => AgeSweep)[] = [];
    for (const tier of TIER_TABLES) {
      const isKept = retention.shortestMs(tier.tier) === Number.POSITIVE_INFINITY;
      for (const local of isKept ? [] : books.groups.keys()) {
        const place = { local, tier, marks: marks.of(local, tier.tier) };
        left.push(() => new AgeSweep(this.#host, place, nowMs));
      }
    }
    return { sweep: undefined, left };
  }

  /** The pass is over: says so in the records of all tiers, which go with the cycle's transaction by themselves. */
  #end(nowMs: number): StoreJob {
    const { books } = this.#host;
    const mark = (): boolean => {
      for (const local of books.groups.keys()) {
        for (const { tier } of TIER_TABLES) books.markSwept(local, tier, nowMs);
      }
      return true;
    };
    const onCommitted = (): void => {
      this.#pass = undefined;
      this.passes++;
    };
    return writing(() => {}, mark, onCommitted);
  }
}
