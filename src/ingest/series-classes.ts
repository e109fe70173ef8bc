import { shardOfRef, slotOfRef } from '../../native-free-core/series/refs.js';

/** Grown in steps of this many slots at least. */
const SLOTS_STEP = 1_024;

/**
 * The retention class of each series, a byte by its reference. Empty while all are of class 0, as without rules. Socket
 * thread only.
 */
export class SeriesClasses {
  readonly #classes: Uint8Array[] = [];

  set(ref: number, retentionClass: number): void {
    if (retentionClass === 0) return;
    const shard = shardOfRef(ref);
    const slot = slotOfRef(ref);
    const classes = this.#classes[shard] ?? new Uint8Array(0);
    if (slot >= classes.length) {
      this.#classes[shard] = new Uint8Array(Math.max(SLOTS_STEP, 2 ** Math.ceil(Math.log2(slot + 1))));
      this.#classes[shard].set(classes);
    }
    this.#classes[shard]![slot] = retentionClass;
  }

  of(ref: number): number {
    return this.#classes[shardOfRef(ref)]?.[slotOfRef(ref)] ?? 0;
  }
}
