import { nameEnd, nameStart } from '../../../native-free-core/series/series-key.js';
import type { LabelMatcher } from '../../http/ports.js';
import { SeriesConditions } from '../../query/label-matcher.js';
import { numberedKey } from '../../store/keys.js';
import { forEachSeries, pageOfNumber } from '../../store/series-page.js';
import { TABLE_SERIES } from '../../store/store-layout.js';
import type { JobHost } from './job-host.js';

/** Finds the series of a shard that match, a page of names a step. */
export class SeriesMatcher {
  /** Series found. */
  count = 0;
  readonly #host: JobHost;
  readonly #conditions: SeriesConditions;
  /** By group, 1 for each series that matches. */
  readonly #chosen: Uint8Array[];
  readonly #pages: { local: number; page: number }[] = [];

  constructor(host: JobHost, selectors: readonly LabelMatcher[]) {
    this.#host = host;
    this.#conditions = new SeriesConditions(selectors);
    this.#chosen = [...host.books.groups.keys()].map((local) => {
      const series = host.groupSeries(host.map.firstGroup(host.shard) + local);
      for (let page = pageOfNumber(Math.max(0, series - 1)); page >= 0; page--)
        this.#pages.push({ local, page });
      return new Uint8Array(series);
    });
  }

  get isDone(): boolean {
    return this.#pages.length === 0;
  }

  isChosen(local: number, number: number): boolean {
    return this.#chosen[local]![number] === 1;
  }

  step(): void {
    const { local, page } = this.#pages.pop()!;
    const group = this.#host.map.firstGroup(this.#host.shard) + local;
    const value = this.#host.store.get(numberedKey(group, TABLE_SERIES, page));
    if (value === undefined) return;
    const block = Buffer.from(value.buffer, value.byteOffset, value.length);
    const chosen = this.#chosen[local]!;
    let lastName = '';
    let isNameMeant = false;
    forEachSeries(value, page, (number, _hashOffset, keyOffset) => {
      const name = block.toString('utf8', nameStart(keyOffset), nameEnd(block, keyOffset));
      if (name !== lastName) {
        lastName = name;
        isNameMeant = this.#conditions.matchesName(name);
      }
      // A series that was numbered since is not meant.
      if (!isNameMeant || number >= chosen.length || !this.#conditions.matchesLabels(block, keyOffset))
        return;
      chosen[number] = 1;
      this.count++;
    });
  }
}
