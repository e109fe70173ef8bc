import type { StoreWriter } from '../../store/shard-store.js';
import { TIER_TABLES, type TierTable } from '../../store/tier-tables.js';
import { SegmentSweeper, type SweptRows } from './segment-sweeper.js';
import { SizeSweep } from './size-sweep.js';
import type { JobSource, ShardLoad, StoreJob } from './store-job.js';
import type { SweepHost } from './sweep-host.js';
import { TierSweep } from './tier-sweep.js';

/** A part of a pass: one tier of one group by age, or one tier by size. */
type Sweep = TierSweep | SizeSweep;

/**
 * Takes away what is past its retention: a pass over every tier of every group now and then, or when somebody asks, in jobs of one
 * step each, so that nothing else waits for a pass. A pass that a crash cuts short begins anew; what it took is gone and counted.
 */
export class RetentionSweep implements JobSource {
  /** Passes that are over. */
  passes = 0;
  /** By tier, what has gone since the start. */
  readonly swept: readonly SweptRows[] = TIER_TABLES.map(() => ({ segments: 0, rows: 0, bytes: 0 }));
  readonly #host: SweepHost;
  /** By group and tier, up to which end of segments each class was looked for. */
  readonly #cleaned = new Map<string, Float64Array>();
  readonly #sweepers = new Map<string, SegmentSweeper>();
  /** What is left of the pass that runs; undefined: none does. */
  #pass: { left: (() => Sweep)[]; sweep: Sweep | undefined } | undefined;
  #nextPassMs = Number.NaN;
  #lastStepMs = Number.NEGATIVE_INFINITY;
  #isWanted = false;

  constructor(host: SweepHost) {
    this.#host = host;
  }

  get isRunning(): boolean {
    return this.#pass !== undefined;
  }

  /** Lets a pass begin at once. Answers the number that `passes` has when it is over. */
  trigger(): number {
    this.#isWanted = true;
    return this.passes + (this.isRunning ? 2 : 1);
  }

  /**
   * Segments of a group were written anew by another job: some may end earlier than those that they replace, before what each
   * class was looked for, so the next pass looks at all of them again.
   */
  lookAgain(local: number): void {
    for (const { tier } of TIER_TABLES) this.#cleaned.delete(nameOf(local, tier));
  }

  next(nowMs: number, load: ShardLoad): StoreJob | undefined {
    const { busyMs } = this.#host.sweepBounds;
    const sinceMs = nowMs - this.#lastStepMs;
    // A clock that was set back must not stop sweeps until it has caught up.
    if (load === 'busy' && sinceMs >= 0 && sinceMs < busyMs) return undefined;
    if (this.#pass === undefined && !this.#isDue(nowMs)) return undefined;
    this.#pass ??= this.#begin(nowMs);
    this.#lastStepMs = nowMs;
    const { left } = this.#pass;
    this.#pass.sweep ??= left.shift()?.();
    const { sweep } = this.#pass;
    return sweep === undefined ? this.#end() : this.#jobOf(sweep);
  }

  stepsWhenBusy(): number {
    return 1;
  }

  #isDue(nowMs: number): boolean {
    const { intervalMs } = this.#host.sweepBounds;
    const isFar = nowMs < this.#nextPassMs - intervalMs;
    if (Number.isNaN(this.#nextPassMs) || isFar) this.#nextPassMs = nowMs + intervalMs;
    return this.#isWanted || nowMs >= this.#nextPassMs;
  }

  #begin(nowMs: number): { left: (() => Sweep)[]; sweep: Sweep | undefined } {
    const { books, sweepBounds, retention, tierBytesMax } = this.#host;
    this.#isWanted = false;
    this.#nextPassMs = nowMs + sweepBounds.intervalMs;
    const left: (() => Sweep)[] = [];
    for (const tier of TIER_TABLES) {
      const isKept = retention.shortestMs(tier.tier) === Number.POSITIVE_INFINITY;
      for (const local of isKept ? [] : books.groups.keys()) {
        left.push(() => this.#byAge(local, tier, nowMs));
      }
      if (tierBytesMax[tier.tier] !== Number.POSITIVE_INFINITY) left.push(() => this.#bySize(tier));
    }
    return { left, sweep: undefined };
  }

  #byAge(local: number, tier: TierTable, nowMs: number): TierSweep {
    const name = nameOf(local, tier.tier);
    let cleaned = this.#cleaned.get(name);
    if (cleaned === undefined) {
      cleaned = new Float64Array(this.#host.retention.classCount).fill(Number.NEGATIVE_INFINITY);
      this.#cleaned.set(name, cleaned);
    }
    return new TierSweep(this.#host, { local, tier }, this.#sweeperOf(local, tier), cleaned, nowMs);
  }

  #bySize(tier: TierTable): SizeSweep {
    const sweepers = this.#host.books.groups.map((_, local) => this.#sweeperOf(local, tier));
    return new SizeSweep(this.#host, tier, sweepers);
  }

  #sweeperOf(local: number, tier: TierTable): SegmentSweeper {
    const name = nameOf(local, tier.tier);
    let sweeper = this.#sweepers.get(name);
    if (sweeper === undefined) {
      sweeper = new SegmentSweeper(this.#host, { local, tier }, this.swept[tier.tier]!);
      this.#sweepers.set(name, sweeper);
    }
    return sweeper;
  }

  /** One step of a sweep. */
  #jobOf(sweep: Sweep): StoreJob {
    let isDone = false;
    const endIfOver = (): void => {
      isDone = true;
      if (sweep.isDone && this.#pass !== undefined) this.#pass.sweep = undefined;
    };
    return {
      step: () => {
        const seen = sweep.step();
        if (sweep.sweeper?.hasWrites !== true) endIfOver();
        return seen;
      },
      get hasWrites() {
        return sweep.sweeper?.hasWrites === true;
      },
      write: (writer) => sweep.sweeper?.output.write(writer),
      committed: () => {
        sweep.sweeper?.committed();
        endIfOver();
      },
      get isDone() {
        return isDone;
      },
    };
  }

  /** The pass is over: says so in the records of all tiers. */
  #end(): StoreJob {
    let isMarked = false;
    let isDone = false;
    return {
      step: (nowMs) => {
        for (const local of this.#host.books.groups.keys()) {
          for (const { tier } of TIER_TABLES) this.#host.books.markSwept(local, tier, nowMs);
        }
        isMarked = true;
        return 1;
      },
      get hasWrites() {
        return isMarked && !isDone;
      },
      // The records go with the cycle's transaction by themselves.
      write: (_writer: StoreWriter) => {},
      committed: () => {
        isDone = true;
        this.#pass = undefined;
        this.passes++;
      },
      get isDone() {
        return isDone;
      },
    };
  }
}

const nameOf = (local: number, tier: number): string => `${local}/${tier}`;
