import { assert } from '../assert.js';
import { slotsMaxOf } from '../head/head-layout.js';
import { GROUP_COUNT } from '../limits.js';
import { groupOfHash, packRef, type SeriesRef, type ShardMap } from './refs.js';
import { hashWords } from './siphash128.js';

/** What the registry answers instead of a reference when a series can't be taken. */
export const REGISTRY_TOTAL_LIMIT = -1;
export const REGISTRY_ABSENT = -2;

const WORDS = 5;

/**
 * The front end's table from the 128-bit hash of a series to its reference: open addressing over one typed array
 * of five words an entry (four of hash, one of reference + 1), grown by doubling, never above 70 % full, so about
 * 29–57 bytes a series. The front end is the only one that gives series their numbers: dense in each group, in order
 * of arrival; shards and disk follow it. Owned by the socket thread.
 */
export class SeriesRegistry {
  readonly #map: ShardMap;
  readonly #totalMax: number;
  /** Numbers that one group may give: what the shards' memory has lines for. */
  readonly #numbersMax: number;
  readonly #groupCounts = new Int32Array(GROUP_COUNT);
  #table = new Int32Array(1_024 * WORDS);
  #mask = 1_023;
  #count = 0;

  constructor(map: ShardMap, totalMax: number) {
    this.#map = map;
    this.#totalMax = totalMax;
    this.#numbersMax = slotsMaxOf(1, totalMax);
  }

  get count(): number {
    return this.#count;
  }

  /** Series numbered so far in a group. */
  groupCount(group: number): number {
    return this.#groupCounts[group]!;
  }

  /** The reference of the series whose hash stands in `hashWords`, or REGISTRY_ABSENT. */
  find(): number {
    const at = this.#probe();
    const stored = this.#table[at + 4]!;
    return stored === 0 ? REGISTRY_ABSENT : stored - 1;
  }

  /** Numbers the absent series whose hash stands in `hashWords`; REGISTRY_TOTAL_LIMIT when there is no room. */
  add(): number {
    if (this.#count >= this.#totalMax) return REGISTRY_TOTAL_LIMIT;
    const group = groupOfHash(hashWords[0]!);
    const number = this.#groupCounts[group]!;
    if (number >= this.#numbersMax) return REGISTRY_TOTAL_LIMIT;
    return this.#insert(group, number);
  }

  /** Takes a stored series over at start: its hash stands in `hashWords`, its number was given before. */
  restore(group: number, number: number): SeriesRef {
    assert(groupOfHash(hashWords[0]!) === group, 'a stored series lies in another group than its hash');
    return this.#insert(group, number);
  }

  /** Numbers below `count` are taken in a group, also those of series that could not be read. */
  reserveNumbers(group: number, count: number): void {
    this.#groupCounts[group] = Math.max(this.#groupCounts[group]!, count);
  }

  #insert(group: number, number: number): SeriesRef {
    if (this.#count >= this.#mask * 0.7) this.#grow();
    const ref = packRef(this.#map.shardOfGroup(group), this.#map.slotOf(group, number));
    const at = this.#probe();
    assert(this.#table[at + 4] === 0, 'a series is numbered twice');
    this.#table.set(hashWords, at);
    this.#table[at + 4] = ref + 1;
    this.#count++;
    if (number >= this.#groupCounts[group]!) this.#groupCounts[group] = number + 1;
    return ref;
  }

  #probe(): number {
    const table = this.#table;
    const [w0, w1, w2, w3] = [hashWords[0]!, hashWords[1]!, hashWords[2]!, hashWords[3]!];
    let index = w1 & this.#mask;
    for (;;) {
      const at = index * WORDS;
      if (
        table[at + 4] === 0 ||
        (table[at] === w0 && table[at + 1] === w1 && table[at + 2] === w2 && table[at + 3] === w3)
      ) {
        return at;
      }
      index = (index + 1) & this.#mask;
    }
  }

  #grow(): void {
    const old = this.#table;
    const size = (this.#mask + 1) * 2;
    this.#table = new Int32Array(size * WORDS);
    this.#mask = size - 1;
    for (let from = 0; from < old.length; from += WORDS) {
      if (old[from + 4] === 0) continue;
      let index = old[from + 1]! & this.#mask;
      while (this.#table[index * WORDS + 4] !== 0) index = (index + 1) & this.#mask;
      for (let k = 0; k < WORDS; k++) this.#table[index * WORDS + k] = old[from + k]!;
    }
  }
}
