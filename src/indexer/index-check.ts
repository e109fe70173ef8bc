import { GROUP_COUNT } from '../../native-free-core/limits.js';
import { forEachLabel, nameEnd, nameStart } from '../../native-free-core/series/series-key.js';
import {
  COLUMN_LABELS,
  COLUMN_PLACE,
  CONTROL_NEXT_NUMBERS,
  LABELS_FIRST,
  LABELS_PAIRS,
  PLACE_NUMBER_BITS,
  PLACE_NUMBER_MASK,
  ROOT_LABELS,
  ROOT_METRICS,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { numberedKey } from '../store/keys.js';
import { forEachSeries, pageOfNumber } from '../store/series-page.js';
import type { StoreReader } from '../store/shard-store.js';
import { TABLE_SERIES } from '../store/store-layout.js';
import { INDEX_CHECK_PAGES } from './limits.js';

const placeOf = (group: number, number: number): number => (group << PLACE_NUMBER_BITS) | number;

/**
 * Holds a loaded index against some series pages of each group, its last among them. A folder whose stores were put back from an older
 * backup, with a newer index beside them, is found that way: numbers are given in the order of arrival, so the
 * pages differ from where the two histories part. Answers what is wrong, or undefined.
 */
export class IndexCheck {
  readonly #reader: SeriesIndexReader;
  /** Rows of the series in the pages that are looked at, by place. */
  readonly #rows = new Map<number, number>();

  constructor(reader: SeriesIndexReader) {
    this.#reader = reader;
    reader.sync();
    const pages = Array.from({ length: GROUP_COUNT }, (_, group) => new Set(this.#pagesOf(group)));
    const places = reader.views.columns[COLUMN_PLACE]!;
    for (let row = 0; row < reader.rows; row++) {
      const place = places[row]!;
      const page = pageOfNumber(place & PLACE_NUMBER_MASK);
      if (pages[place >>> PLACE_NUMBER_BITS]!.has(page)) this.#rows.set(place, row);
    }
  }

  /** Looks at one group. */
  run(group: number, store: StoreReader): string | undefined {
    const next = this.#reader.views.control[CONTROL_NEXT_NUMBERS + group]!;
    for (const page of this.#pagesOf(group)) {
      const value = store.get(numberedKey(group, TABLE_SERIES, page));
      if (value === undefined) return `group ${group} has no series page ${page}`;
      // A damaged page says nothing about the index; the pass that follows tells of it.
      let differing = -1;
      let last = -1;
      const whole = forEachSeries(value, page, (number, _hashOffset, keyOffset) => {
        last = number;
        if (number >= next || differing >= 0) return;
        const row = this.#rows.get(placeOf(group, number));
        if (row === undefined || !this.#isRow(row, value, keyOffset)) differing = number;
      });
      if (!whole) continue;
      if (differing >= 0) return `series ${differing} of group ${group} is another one`;
      if (page === pageOfNumber(next - 1) && last < next - 1) return `group ${group} has fewer series`;
    }
    return undefined;
  }

  #pagesOf(group: number): number[] {
    const next = this.#reader.views.control[CONTROL_NEXT_NUMBERS + group]!;
    if (next === 0) return [];
    const last = pageOfNumber(next - 1);
    const pages = Array.from({ length: INDEX_CHECK_PAGES }, (_, i) =>
      Math.floor((last * i) / INDEX_CHECK_PAGES),
    );
    return [...new Set([...pages, last])];
  }

  /** Whether a row has the metric and the labels of a canonical key. */
  #isRow(row: number, bytes: Uint8Array, offset: number): boolean {
    const reader = this.#reader;
    const metric = reader.child(ROOT_METRICS, bytes, nameStart(offset), nameEnd(bytes, offset));
    if (metric === 0 || metric !== reader.metricOf(row)) return false;
    const { heap, columns } = reader.views;
    const at = columns[COLUMN_LABELS]![reader.setOf(row)]!;
    let pairs = 0;
    let isSame = true;
    forEachLabel(bytes, offset, (range) => {
      const label = reader.child(ROOT_LABELS, bytes, range.nameStart, range.nameEnd);
      const value = label === 0 ? 0 : reader.child(label, bytes, range.valueStart, range.valueEnd);
      isSame &&= value !== 0 && heap[at + LABELS_FIRST + pairs] === value;
      pairs++;
    });
    return isSame && heap[at + LABELS_PAIRS] === pairs;
  }
}
