/** What the lanes know of a query that waits or runs. */
export interface Waiting {
  /** Ran longer than LIGHT_BUDGET_MS already, or did so when it was asked last. */
  isHeavy: boolean;
}

/** How a query runs: for as long as it takes, or only if it is done soon. */
export type Lane = 'open' | 'light';

/**
 * Which waiting query runs next, so that heavy ones never keep the light ones waiting: one thread is for queries that are
 * done soon. Whether one is shows only as it runs: one that isn't gives up and waits for the other threads, at the place
 * in the row that it had. With a single thread there is one lane, and queries run in the order in which they came.
 *
 *   waiting, in the order of arrival ──► open threads (all but one): the first
 *                                   └──► light thread: the first that is not known to be heavy
 */
export class QueryLanes<Q extends Waiting> {
  /** In the order of arrival. */
  readonly #waiting: { query: Q; order: number }[] = [];
  readonly #orders = new WeakMap<Q, number>();
  readonly #openMax: number;
  readonly #lightMax: number;
  #lastOrder = 0;
  #open = 0;
  #light = 0;

  constructor(threads: number) {
    this.#openMax = Math.max(1, threads - 1);
    this.#lightMax = threads > 1 ? 1 : 0;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  push(query: Q): void {
    const order = ++this.#lastOrder;
    this.#orders.set(query, order);
    this.#waiting.push({ query, order });
  }

  /** The next to run and where; undefined while nothing may. Whoever takes it says `ended` when it does no longer run. */
  next(): { query: Q; lane: Lane } | undefined {
    if (this.#open < this.#openMax && this.#waiting.length > 0) {
      this.#open++;
      return { query: this.#waiting.shift()!.query, lane: 'open' };
    }
    const at = this.#light < this.#lightMax ? this.#waiting.findIndex(({ query }) => !query.isHeavy) : -1;
    if (at < 0) return undefined;
    this.#light++;
    return { query: this.#waiting.splice(at, 1)[0]!.query, lane: 'light' };
  }

  ended(lane: Lane): void {
    if (lane === 'open') this.#open--;
    else this.#light--;
  }

  /** A query of the light lane took too long: it waits again, where it stood, for an open thread. */
  giveBack(query: Q): void {
    query.isHeavy = true;
    const order = this.#orders.get(query)!;
    const at = this.#waiting.findIndex((each) => each.order > order);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, { query, order });
  }

  /** Takes a waiting query out. */
  remove(query: Q): void {
    const at = this.#waiting.findIndex((each) => each.query === query);
    if (at >= 0) this.#waiting.splice(at, 1);
  }
}
