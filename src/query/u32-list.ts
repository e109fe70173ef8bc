/** A list of 32-bit numbers in one typed array that grows by doubling. */
export class U32List {
  items: Uint32Array;
  length = 0;

  constructor(capacity = 4) {
    this.items = new Uint32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.items.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = value;
  }
}
