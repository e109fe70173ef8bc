import { TIER_TABLES, type TierTable } from '../../store/tier-tables.js';
import { SizeSweep } from './size-sweep.js';
import type { JobSource, StoreJob } from './store-job.js';
import type { SweepHost } from './sweep-host.js';
import { SweepStep } from './sweep-step.js';

/**
 * Lets sweeps by size begin as soon as a tier has more bytes than it may have: to be asked before whatever adds to tiers. Each step is
 * a job of its own.
 */
export class SizeGuard implements JobSource {
  readonly #host: SweepHost;
  /** By tier: the bytes that it may have, more where the last sweep has left more that can't go. */
  readonly #bytesMax: number[];
  #sweep: SizeSweep | undefined;

  constructor(host: SweepHost) {
    this.#host = host;
    this.#bytesMax = [...host.tierBytesMax];
  }

  next(): StoreJob | undefined {
    const over = this.#overTier();
    if (over === undefined) return undefined;
    if (this.#sweep?.tier !== over.tier || this.#sweep.isDone) this.#sweep = new SizeSweep(this.#host, over);
    return new SweepStep(this.#sweep, () => this.#leave(over.tier));
  }

  stepsWhenBusy(): number {
    return 1;
  }

  isWaiting(): boolean {
    return this.#overTier() !== undefined;
  }

  /** The first tier that has more bytes than it may have. */
  #overTier(): TierTable | undefined {
    return TIER_TABLES.find(({ tier }) => {
      const max = this.#bytesMax[tier]!;
      return max !== Number.POSITIVE_INFINITY && this.#host.books.tierBytes(tier) > max;
    });
  }

  /** What a sweep has left over can't go, and is no reason to look again. */
  #leave(tier: number): void {
    this.#bytesMax[tier] = Math.max(this.#host.tierBytesMax[tier]!, this.#host.books.tierBytes(tier));
  }
}
