import { SWEEP_STEP_SEGMENTS } from '../../../native-free-core/limits.js';
import { parseSegmentKey, tableEnd, tableKey } from '../../store/keys.js';
import type { TierTable } from '../../store/tier-tables.js';
import { SegmentSweeper } from './segment-sweeper.js';
import type { SweepHost } from './sweep-host.js';
import type { Sweep } from './sweep-step.js';

/**
 * Keeps one tier of a shard to its size: while its groups' segments are more bytes than the shard may have, the oldest stretch
 * goes, segment by segment, from whichever groups have it.
 */
export class SizeSweep implements Sweep {
  isDone = false;
  readonly #host: SweepHost;
  readonly #table: TierTable;
  /** One a group. */
  readonly #sweepers: readonly SegmentSweeper[];

  constructor(host: SweepHost, tier: TierTable) {
    this.#host = host;
    this.#table = tier;
    this.#sweepers = host.books.groups.map((_, local) => new SegmentSweeper(host, { local, tier }));
  }

  get tier(): number {
    return this.#table.tier;
  }

  get writing(): SegmentSweeper | undefined {
    return this.#sweepers.find(({ hasWrites }) => hasWrites);
  }

  /** Takes some of the oldest segments of one group. */
  step(): number {
    const excess = this.#excess();
    const oldest = excess > 0 ? this.#oldest() : undefined;
    if (oldest === undefined) {
      this.isDone = true;
      return 1;
    }
    const sweeper = this.#sweepers[oldest.local]!;
    let freed = 0;
    for (const key of this.#keysOf(oldest)) {
      if (freed >= excess || sweeper.readBytes >= this.#host.sweepBounds.stepBytes) break;
      const before = sweeper.readBytes;
      sweeper.remove(key, parseSegmentKey(key));
      freed += sweeper.readBytes - before;
    }
    sweeper.finish();
    return SWEEP_STEP_SEGMENTS;
  }

  #excess(): number {
    const { books, tierBytesMax } = this.#host;
    return books.tierBytes(this.tier) - tierBytesMax[this.tier]!;
  }

  /** The group that has the oldest stretch, and that. */
  #oldest(): { local: number; stretch: number } | undefined {
    let oldest: { local: number; stretch: number } | undefined;
    this.#sweepers.forEach((_, local) => {
      const first = this.#keys(local, 1, () => true)[0];
      if (first === undefined) return;
      const stretch = this.#stretchOf(first);
      if (oldest === undefined || stretch < oldest.stretch) oldest = { local, stretch };
    });
    return oldest;
  }

  #keysOf({ local, stretch }: { local: number; stretch: number }): Uint8Array[] {
    return this.#keys(local, SWEEP_STEP_SEGMENTS, (key) => this.#stretchOf(key) === stretch);
  }

  /** The first keys of a group's table while they belong, but for what is damaged. */
  #keys(local: number, most: number, belongs: (key: Uint8Array) => boolean): Uint8Array[] {
    const { map, shard, store, quarantine } = this.#host;
    const group = map.firstGroup(shard) + local;
    const keys: Uint8Array[] = [];
    store.forEachKey(tableKey(group, this.#table.table), tableEnd(group, this.#table.table), (key) => {
      // What is damaged may be of an older stretch than those that are left, and must not end the look for them.
      if (quarantine.has(key)) return true;
      if (!belongs(key)) return false;
      keys.push(key.slice());
      return keys.length < most;
    });
    return keys;
  }

  #stretchOf(key: Uint8Array): number {
    return Math.floor(parseSegmentKey(key).endMs / this.#table.stretchMs);
  }
}
