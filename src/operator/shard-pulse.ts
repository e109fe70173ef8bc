/** Samples in a row without a duty cycle after which a shard counts as silent; one is taken a second. An idle shard has several cycles a second. */
const SILENT_SAMPLES = 30;

/**
 * Tells shards that have stopped to move: a thread that hangs in the disk's driver, or that can't end, says nothing, and what is sent to it waits.
 * Counted in samples and not by a clock, so that a process which was held still itself does not take its shards for silent.
 */
export class ShardPulse {
  readonly #cycles: Float64Array;
  readonly #unmoved: Uint32Array;
  readonly #isAway: Uint8Array;

  constructor(shards: number) {
    this.#cycles = new Float64Array(shards).fill(-1);
    this.#unmoved = new Uint32Array(shards);
    this.#isAway = new Uint8Array(shards);
  }

  /** Takes how many cycles a shard has made; true when it falls silent with this sample. */
  sample(shard: number, cycles: number): boolean {
    const hasMoved = cycles !== this.#cycles[shard] || this.#isAway[shard] === 1;
    this.#cycles[shard] = cycles;
    this.#unmoved[shard] = hasMoved ? 0 : this.#unmoved[shard]! + 1;
    return this.#unmoved[shard] === SILENT_SAMPLES;
  }

  /** A shard's thread is away, or is back: until then it makes no cycles. */
  setAway(shard: number, isAway: boolean): void {
    this.#isAway[shard] = isAway ? 1 : 0;
    this.#unmoved[shard] = 0;
  }

  /** The first shard that is silent. */
  get silent(): number | undefined {
    const shard = this.#unmoved.findIndex((samples) => samples >= SILENT_SAMPLES);
    return shard < 0 ? undefined : shard;
  }
}
