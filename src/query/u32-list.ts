/** A list of 32-bit numbers in one typed array that grows by doubling. */
export class U32List {
  items: Uint32Array;
  length = 0;

  constructor(capacity = 4) {
    this.items = new Uint32Array(capacity);
  }

  /** The items of an array, which is not copied. */
  static of(items: Uint32Array): U32List {
    const list = new U32List(0);
    list.items = items;
    list.length = items.length;
    return list;
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
