import { SELECTIONS_KEPT, SELECTIONS_SERIES_KEPT } from './limits.js';
import type { Selection } from './selection.js';
import type { SeriesIndex } from './series-index.js';

/**
 * Selections that a thread made lately, by what was asked for. They hold as long as the index has no other series: a
 * dashboard asks for the same ones again and again.
 */
export class SelectionMemo {
  readonly #series: SeriesIndex;
  readonly #kept = new Map<string, Selection>();
  #count = 0;
  #rows = -1;
  #epoch = -1;

  constructor(series: SeriesIndex) {
    this.#series = series;
  }

  /** The selection of that question; made by `make` when it isn't there. */
  get(key: string, make: () => Selection): Selection {
    const { rows, epoch } = this.#series.reader;
    if (rows !== this.#rows || epoch !== this.#epoch) this.#clear();
    this.#rows = rows;
    this.#epoch = epoch;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const selection = make();
    // `make` may have brought the index up to date.
    if (this.#series.reader.rows !== rows || this.#series.reader.epoch !== epoch) return selection;
    if (this.#kept.size >= SELECTIONS_KEPT || this.#count + selection.count > SELECTIONS_SERIES_KEPT)
      this.#clear();
    if (selection.count > SELECTIONS_SERIES_KEPT) return selection;
    this.#kept.set(key, selection);
    this.#count += selection.count;
    return selection;
  }

  #clear(): void {
    this.#kept.clear();
    this.#count = 0;
  }
}
