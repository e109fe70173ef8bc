const KIB = 1024;

/** Memory for the claims of the shards of one process, which share a disk. */
export const createSpaceClaims = (shards: number): SharedArrayBuffer => new SharedArrayBuffer(4 * shards);

/**
 * What each shard is about to write, KiB, in a word that it alone writes: two shards that look at the free disk at the same moment would
 * both find room, and only one of them has it. Of two claims at least the later one sees both; a worker that died with a claim is
 * followed by one that drops it.
 */
export class SpaceClaim {
  readonly #words: Int32Array;
  readonly #shard: number;

  constructor(memory: SharedArrayBuffer = createSpaceClaims(1), shard = 0) {
    this.#words = new Int32Array(memory);
    this.#shard = shard;
    this.drop();
  }

  /** Claims bytes before they are written. Answers those that all shards claim together. */
  make(bytes: number): number {
    Atomics.store(this.#words, this.#shard, Math.ceil(bytes / KIB));
    let claimed = 0;
    for (let shard = 0; shard < this.#words.length; shard++) claimed += Atomics.load(this.#words, shard);
    return claimed * KIB;
  }

  /** They are written, or not to be written. */
  drop(): void {
    Atomics.store(this.#words, this.#shard, 0);
  }
}
