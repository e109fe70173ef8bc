/** The first `limit` of any number of items by an order, in memory for twice as many: what is behind the last of those is not kept. */
export class LargestList<T> {
  readonly #limit: number;
  readonly #order: (a: T, b: T) => number;
  #items: T[] = [];
  /** Behind it no item is among the first any more. */
  #last: T | undefined;

  /** `limit` is at least 1. */
  constructor(limit: number, order: (a: T, b: T) => number) {
    this.#limit = limit;
    this.#order = order;
  }

  add(item: T): void {
    if (this.#last !== undefined && this.#order(item, this.#last) > 0) return;
    this.#items.push(item);
    // Twice the limit is sorted at once, so an addition costs a few comparisons whatever comes.
    if (this.#items.length >= 2 * this.#limit) this.#shorten();
  }

  /** In order. */
  take(): T[] {
    this.#shorten();
    return this.#items;
  }

  #shorten(): void {
    this.#items.sort(this.#order);
    this.#items.length = Math.min(this.#items.length, this.#limit);
    if (this.#items.length === this.#limit) this.#last = this.#items.at(-1);
  }
}
