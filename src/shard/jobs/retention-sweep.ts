import { JOB_SHARE } from '../../../native-free-core/limits.js';
import type { StoreWriter } from '../../store/shard-store.js';
import { TIER_TABLES, type TierTable } from '../../store/tier-tables.js';
import { SegmentSweeper, type SweptRows } from './segment-sweeper.js';
import { SizeSweep } from './size-sweep.js';
import type { JobSource, ShardLoad, StoreJob } from './store-job.js';
import type { SweepHost } from './sweep-host.js';
import { TierSweep } from './tier-sweep.js';

/** One tier of one group by age, or one tier of all groups by size. */
type Sweep = TierSweep | SizeSweep;

/**
 * Takes away what is past its retention: by age in a pass over every tier of every group now and then, or when somebody asks; by
 * size as soon as a tier has more bytes than it may have. Both in jobs of one step each, so that nothing else waits for a pass. A pass
 * that a crash cuts short begins anew; what it took is gone and counted.
 */
export class RetentionSweep implements JobSource {
  readonly share = JOB_SHARE;
  /** Takes the oldest of a tier that has too many bytes: to be asked before whatever adds to tiers. */
  readonly bySize: JobSource = {
    next: () => this.#nextBySize(),
    stepsWhenBusy: () => 1,
    isWaiting: () => this.#overTier() !== undefined,
  };
  /** Passes that are over. */
  passes = 0;
  /** By tier, what has gone since the start. */
  readonly swept: readonly SweptRows[] = TIER_TABLES.map(() => ({ segments: 0, rows: 0, bytes: 0 }));
  readonly #host: SweepHost;
  /** By group and tier, up to which end of segments each class was looked for. */
  readonly #cleaned = new Map<string, Float64Array>();
  readonly #sweepers = new Map<string, SegmentSweeper>();
  /** What is left of the pass that runs; undefined: none does. */
  #pass: { left: (() => TierSweep)[]; sweep: TierSweep | undefined } | undefined;
  #nextPassMs = Number.NaN;
  #lastStepMs = Number.NEGATIVE_INFINITY;
  #observedMs = Number.NEGATIVE_INFINITY;
  #isWanted = false;
  #sizeSweep: SizeSweep | undefined;
  /** By tier: the bytes that it may have, more where the last sweep by size has left more that can't go. */
  readonly #bytesMax: number[];

  constructor(host: SweepHost) {
    this.#host = host;
    this.#bytesMax = [...host.tierBytesMax];
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

  /**
   * The time that background work goes by, before it does anything. While a clock is set back compactions keep what it had given up,
   * behind the ends that each class was looked for: the next pass looks at all segments again.
   */
  observe(nowMs: number): void {
    if (nowMs < this.#observedMs) this.#cleaned.clear();
    this.#observedMs = nowMs;
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

  isWaiting(nowMs: number): boolean {
    return this.#pass !== undefined || this.#isDue(nowMs);
  }

  #nextBySize(): StoreJob | undefined {
    const over = this.#overTier();
    if (over === undefined) return undefined;
    if (this.#sizeSweep?.tier !== over.tier || this.#sizeSweep.isDone) this.#sizeSweep = this.#bySize(over);
    return this.#jobOf(this.#sizeSweep);
  }

  /** The first tier that has more bytes than it may have. */
  #overTier(): TierTable | undefined {
    return TIER_TABLES.find(({ tier }) => {
      const max = this.#bytesMax[tier]!;
      return max !== Number.POSITIVE_INFINITY && this.#bytesOf(tier) > max;
    });
  }

  #bytesOf(tier: number): number {
    const { books } = this.#host;
    return books.groups.reduce((sum, _, local) => sum + books.tier(local, tier).bytes, 0);
  }

  #isDue(nowMs: number): boolean {
    const { intervalMs } = this.#host.sweepBounds;
    const isFar = nowMs < this.#nextPassMs - intervalMs;
    if (Number.isNaN(this.#nextPassMs) || isFar) this.#nextPassMs = nowMs + intervalMs;
    return this.#isWanted || nowMs >= this.#nextPassMs;
  }

  #begin(nowMs: number): { left: (() => TierSweep)[]; sweep: TierSweep | undefined } {
    const { books, sweepBounds, retention } = this.#host;
    this.#isWanted = false;
    this.#nextPassMs = nowMs + sweepBounds.intervalMs;
    const left: (() => TierSweep)[] = [];
    for (const tier of TIER_TABLES) {
      const isKept = retention.shortestMs(tier.tier) === Number.POSITIVE_INFINITY;
      for (const local of isKept ? [] : books.groups.keys()) {
        left.push(() => this.#byAge(local, tier, nowMs));
      }
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
      if (!sweep.isDone) return;
      if (sweep instanceof SizeSweep) this.#leave(sweep.tier);
      else if (this.#pass !== undefined) this.#pass.sweep = undefined;
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

  /** What a sweep by size has left over can't go, and is no reason to look again. */
  #leave(tier: number): void {
    this.#bytesMax[tier] = Math.max(this.#host.tierBytesMax[tier]!, this.#bytesOf(tier));
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
