/** Bits of numbers from 0 on, in memory that grows and is used again. */
export class BitSet {
  words = new Int32Array(0);
  /** Words that are in use. */
  length = 0;

  /** Makes room for `size` bits, all of them zero, or all one. */
  reset(size: number, isFull = false): void {
    this.length = (size + 31) >>> 5;
    if (this.words.length < this.length)
      this.words = new Int32Array(2 ** Math.ceil(Math.log2(this.length + 1)));
    this.words.fill(isFull ? -1 : 0, 0, this.length);
    if (isFull && (size & 31) !== 0) this.words[this.length - 1] = 2 ** (size & 31) - 1;
  }

  has(bit: number): boolean {
    return (this.words[bit >>> 5]! & (1 << (bit & 31))) !== 0;
  }

  add(bit: number): void {
    this.words[bit >>> 5]! |= 1 << (bit & 31);
  }

  /** Keeps what is in the other as well; it has as many bits. */
  intersect(other: BitSet): void {
    const { words } = other;
    for (let i = 0; i < this.length; i++) this.words[i]! &= words[i]!;
  }

  /** Takes out what is in the other; it has as many bits. */
  subtract(other: BitSet): void {
    const { words } = other;
    for (let i = 0; i < this.length; i++) this.words[i]! &= ~words[i]!;
  }

  /** Writes the numbers of the bits, ascending, to `out`, which must have room; answers how many. */
  copyInto(out: Int32Array): number {
    let count = 0;
    for (let i = 0; i < this.length; i++) {
      for (let word = this.words[i]!; word !== 0; word &= word - 1) {
        out[count++] = i * 32 + 31 - Math.clz32(word & -word);
      }
    }
    return count;
  }
}
