import type { ShardView } from '../query/shard-view.js';

/** No total of a series' points is known to go by. */
export const UNKNOWN = -1;

/** The followed series of one shard as columns: slot, place, up to where each was read, and how many points it had had by then. */
export class ShardTail {
  readonly view: ShardView;
  /** Places by the index's id. */
  readonly places = new Map<number, number>();
  slots = new Uint32Array(64);
  generations = new Int32Array(64);
  counts = new Int32Array(64);
  totals = new Int32Array(64);
  readonly placeOf: number[] = [];
  /** The epoch of the index when they were selected last: with another one, ids are others. */
  epoch = -1;
  /** Series that the index said to have of the metric, and of all, when they were selected last. */
  #selectedOf = -1;
  #rows = -1;
  /** Whether all of those were found: the index tells of some before it shows them. */
  #isSettled = false;
  /** The generation that took points when the last look began. */
  lookedGeneration = 0;
  /** Starts of the shard until then. */
  starts: number;

  constructor(view: ShardView) {
    this.view = view;
    this.starts = view.starts;
  }

  get isSelected(): boolean {
    return this.#selectedOf >= 0;
  }

  /** Whether no series can have come since they were selected last; if not, they are selected now. */
  hasAll(count: number, rows: number): boolean {
    const isSame = count === this.#selectedOf;
    if (isSame && (this.#isSettled || rows === this.#rows)) return true;
    // What was told of before is shown as soon as anything else is.
    this.#isSettled = isSame;
    this.#selectedOf = count;
    this.#rows = rows;
    return false;
  }

  /** Takes over the ids that the followed series have in an index that was built anew; their slots are as they were. */
  renumber(ids: Iterable<number>): void {
    const bySlot = new Map(Array.from(this.placeOf, (_, at) => [this.slots[at]!, at]));
    this.places.clear();
    for (const id of ids) {
      const at = bySlot.get(this.view.index.slotOf(id));
      if (at !== undefined) this.places.set(id, at);
    }
  }

  add(id: number, place: number): void {
    const at = this.placeOf.length;
    if (at === this.slots.length) {
      this.slots = grown(this.slots, new Uint32Array(at * 2));
      this.generations = grown(this.generations, new Int32Array(at * 2));
      this.counts = grown(this.counts, new Int32Array(at * 2));
      this.totals = grown(this.totals, new Int32Array(at * 2));
    }
    this.slots[at] = this.view.index.slotOf(id);
    this.places.set(id, at);
    this.placeOf.push(place);
  }
}

function grown<T extends Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
