import { groupOfHash } from '../../native-free-core/series/refs.js';
import { type HashKey, hashWords, sipHash128 } from '../../native-free-core/series/siphash128.js';
import { forEachSeries } from '../../src/store/series-page.js';
import { textOfKey } from './series-pool.js';
import { law } from './sim-failure.js';

/**
 * The series that a shard's store holds, and the laws of their numbers: dense in each group, never given to another
 * series, never forgotten, and one series has one.
 */
export class SeriesLedger {
  readonly #hashKey: HashKey;
  readonly #groups = new Map<number, string[]>();
  readonly #numbers = new Map<string, string>();

  constructor(hashKey: HashKey) {
    this.#hashKey = hashKey;
  }

  texts(): IterableIterator<string> {
    return this.#numbers.keys();
  }

  /** The series with a number of a group. */
  textOf(group: number, number: number): string | undefined {
    return this.#groups.get(group)?.[number];
  }

  /** Group and number of a series, as `group/number`. */
  placeOf(text: string): string | undefined {
    return this.#numbers.get(text);
  }

  countOf(group: number): number {
    return this.#groups.get(group)?.length ?? 0;
  }

  /** Takes a page as it is now. */
  takePage(group: number, page: number, value: Uint8Array): void {
    const texts = this.#groups.get(group) ?? [];
    this.#groups.set(group, texts);
    const before = texts.length;
    let onPage = 0;
    const isWhole = forEachSeries(value, page, (number, hashOffset, keyOffset, keyBytes) => {
      onPage++;
      const text = textOfKey(value.slice(keyOffset, keyOffset + keyBytes));
      this.#checkHash(value, group, hashOffset, keyOffset, keyBytes);
      if (number < before) {
        law(
          texts[number] === text,
          `series ${number} of group ${group} was ${texts[number]} and became ${text}`,
        );
        return;
      }
      law(number === texts.length, `group ${group} has ${texts.length} series and got number ${number}`);
      law(
        !this.#numbers.has(text),
        `${text} has number ${this.#numbers.get(text)} and got ${group}/${number}`,
      );
      texts.push(text);
      this.#numbers.set(text, `${group}/${number}`);
    });
    law(isWhole, `page ${page} of group ${group} does not read`);
    law(onPage === Math.min(256, texts.length - page * 256), `page ${page} of group ${group} lost series`);
  }

  // Five numbers of one record of a page.
  #checkHash(
    value: Uint8Array,
    group: number,
    hashOffset: number,
    keyOffset: number,
    keyBytes: number,
  ): void {
    sipHash128(this.#hashKey, value, keyOffset, keyOffset + keyBytes);
    const view = new DataView(value.buffer, value.byteOffset);
    for (let i = 0; i < 4; i++) {
      law(
        view.getInt32(hashOffset + i * 4, true) === hashWords[i],
        'a stored hash is not that of its series',
      );
    }
    law(groupOfHash(hashWords[0]!) === group, 'a series lies in another group than its hash says');
  }
}
