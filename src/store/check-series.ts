import { SERIES_PAGE_LENGTH } from '../../native-free-core/limits.js';
import { groupOfHash } from '../../native-free-core/series/refs.js';
import { type HashKey, hashWords, sipHash128 } from '../../native-free-core/series/siphash128.js';
import type { CheckReport } from './findings.js';
import { numberOfKey, tableEnd, tableKey } from './keys.js';
import { forEachSeries } from './series-page.js';
import type { StoreReader } from './shard-store.js';
import { forEachSpan } from './span-page.js';
import { TABLE_SERIES, TABLE_SPAN } from './store-layout.js';

/** The oldest and the newest stored point of each series of a group, by number. NaN: it has none. */
export class StoredExtents {
  oldest = new Float64Array(0);
  newest = new Float64Array(0);

  clear(): void {
    this.oldest.fill(Number.NaN);
    this.newest.fill(Number.NaN);
  }

  add(number: number, oldestMs: number, newestMs: number): void {
    if (number >= this.oldest.length) this.#grow(number);
    if (!(this.oldest[number]! <= oldestMs)) this.oldest[number] = oldestMs;
    if (!(this.newest[number]! >= newestMs)) this.newest[number] = newestMs;
  }

  #grow(number: number): void {
    const length = Math.max(1_024, 2 ** Math.ceil(Math.log2(number + 1)));
    const oldest = new Float64Array(length).fill(Number.NaN);
    const newest = new Float64Array(length).fill(Number.NaN);
    oldest.set(this.oldest);
    newest.set(this.newest);
    this.oldest = oldest;
    this.newest = newest;
  }
}

/**
 * Reads what a group knows of its series: that each has a number of its own, the hash of its name and labels, and a place in
 * this group; and that spans reach from the oldest stored point to the newest.
 */
export class SeriesChecker {
  series = 0;
  readonly #store: StoreReader;
  readonly #hashKey: HashKey;
  readonly #report: CheckReport;
  /** Half of the hash of each series of the group, to find one that is there twice. */
  #hashes = new BigUint64Array(1_024);
  #count = 0;

  constructor(store: StoreReader, hashKey: HashKey, report: CheckReport) {
    this.#store = store;
    this.#hashKey = hashKey;
    this.#report = report;
  }

  /** Answers the numbers that are taken, and whether all pages could be read. */
  pages(group: number): { numbers: number; isWhole: boolean } {
    this.#count = 0;
    let [numbers, isWhole] = [0, true];
    this.#store.forEach(tableKey(group, TABLE_SERIES), tableEnd(group, TABLE_SERIES), (key, value) => {
      const page = numberOfKey(key);
      const where = `group ${group}, page ${page}`;
      const taken = new Set<number>();
      const isRead = forEachSeries(value, page, (number, hashOffset, keyOffset, keyBytes) => {
        if (taken.has(number) || Math.floor(number / SERIES_PAGE_LENGTH) !== page)
          this.#report('series page', where, `the number ${number} is there twice, or in a page not its own`);
        taken.add(number);
        numbers = Math.max(numbers, number + 1);
        this.#checkHash(group, number, value, { hashOffset, keyOffset, keyBytes });
      });
      this.series += taken.size;
      if (!isRead) {
        isWhole = false;
        this.#report('series page', where, 'damaged: up to 256 series have lost their names');
      }
      return true;
    });
    this.#checkTwice(group);
    if (isWhole && this.#count !== numbers)
      this.#report(
        'series page',
        `group ${group}`,
        `${numbers} numbers are taken, ${this.#count} have a series`,
      );
    return { numbers, isWhole };
  }

  spans(group: number, extents: StoredExtents): void {
    this.#store.forEach(tableKey(group, TABLE_SPAN), tableEnd(group, TABLE_SPAN), (key, value) => {
      const page = numberOfKey(key);
      const first = page * SERIES_PAGE_LENGTH;
      const isRead = forEachSpan(value, page, (number, oldestMs, newestMs) => {
        const [oldest, newest] = [extents.oldest[number] ?? Number.NaN, extents.newest[number] ?? Number.NaN];
        if (oldest < oldestMs || newest > newestMs)
          this.#report('span', `group ${group}, series ${number}`, 'does not reach over all stored points');
        extents.oldest[number] = Number.NaN;
      });
      if (!isRead) {
        this.#report('span page', `group ${group}, page ${page}`, 'damaged: first and last seen begin anew');
        // Said once, not for each of its series.
        extents.oldest.fill(Number.NaN, first, first + SERIES_PAGE_LENGTH);
      }
      return true;
    });
    const missing = extents.oldest.findIndex((ms) => !Number.isNaN(ms));
    if (missing >= 0)
      this.#report('span', `group ${group}, series ${missing}`, 'missing, though it has stored points');
  }

  #checkHash(
    group: number,
    number: number,
    value: Uint8Array,
    at: { hashOffset: number; keyOffset: number; keyBytes: number },
  ): void {
    const view = new DataView(value.buffer, value.byteOffset + at.hashOffset, 16);
    sipHash128(this.#hashKey, value, at.keyOffset, at.keyOffset + at.keyBytes);
    const isTrue = hashWords.every((word, i) => word === view.getInt32(i * 4, true));
    const where = `group ${group}, series ${number}`;
    if (!isTrue)
      this.#report('series', where, 'its hash is not that of its name and labels with this folder’s key');
    else if (groupOfHash(hashWords[0]!) !== group) this.#report('series', where, 'belongs to another group');
    if (this.#count === this.#hashes.length) {
      const larger = new BigUint64Array(this.#count * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[this.#count++] = view.getBigUint64(0, true);
  }

  #checkTwice(group: number): void {
    const hashes = this.#hashes.subarray(0, this.#count).sort();
    const twice = hashes.findIndex((hash, i) => i > 0 && hash === hashes[i - 1]);
    if (twice >= 0) this.#report('series', `group ${group}`, 'one stands there twice, under two numbers');
  }
}
