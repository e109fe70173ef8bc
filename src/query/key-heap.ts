import { assert } from '../../native-free-core/assert.js';
import { SERIES_KEY_BYTES_MAX } from '../../native-free-core/limits.js';
import { KEY_BLOCK_BITS } from './limits.js';

const BLOCK_BYTES = 2 ** KEY_BLOCK_BITS;
const BLOCKS_MAX = 2 ** (32 - KEY_BLOCK_BITS);

assert(SERIES_KEY_BYTES_MAX <= BLOCK_BYTES, 'a block must hold the longest key');

/**
 * Canonical series keys, end to end in blocks of 1 MiB: no object a series, and growing copies nothing. A key's
 * address has 32 bits, the block above and the place in it below; 4 GiB of keys are 20 million series.
 */
export class KeyHeap {
  readonly #blocks: Buffer[] = [];
  #used = BLOCK_BYTES;

  /** Copies the key at `bytes[offset..offset + length)`; answers its address. */
  add(bytes: Uint8Array, offset: number, length: number): number {
    if (this.#used + length > BLOCK_BYTES) {
      assert(this.#blocks.length < BLOCKS_MAX, 'the keys of a shard exceed 4 GiB');
      this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
      this.#used = 0;
    }
    const block = this.#blocks[this.#blocks.length - 1]!;
    const at = this.#used;
    for (let i = 0; i < length; i++) block[at + i] = bytes[offset + i]!;
    this.#used += length;
    return (this.#blocks.length - 1) * BLOCK_BYTES + at;
  }

  /** The block that holds the key at an address. */
  block(address: number): Buffer {
    return this.#blocks[address >>> KEY_BLOCK_BITS]!;
  }

  /** Where in its block the key at an address begins. */
  offset(address: number): number {
    return address & (BLOCK_BYTES - 1);
  }
}
