import {
  COLUMN_LABELS,
  LABELS_FIRST,
  LABELS_PAIRS,
  ROOT_LABELS,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import type { Labels } from '../http/ports.js';
import { EntryTexts } from './entry-texts.js';
import { LABEL_SETS_KEPT } from './limits.js';

/** The labels of series, read from the index. Objects of those asked for last are remembered, a set of labels each. */
export class SeriesLabels {
  readonly texts: EntryTexts;
  /** Sets + 1, and their objects at the same place. */
  readonly #sets = new Int32Array(LABEL_SETS_KEPT);
  readonly #objects: Labels[] = new Array<Labels>(LABEL_SETS_KEPT).fill({});
  readonly #reader: SeriesIndexReader;

  constructor(reader: SeriesIndexReader) {
    this.#reader = reader;
    this.texts = new EntryTexts(reader);
  }

  /** The entry of a label's name; 0 when no series has it. */
  label(name: string): number {
    return this.texts.child(ROOT_LABELS, name);
  }

  /** The entry of the label's value in a label set; 0 where the set lacks the label. */
  valueOfSet(set: number, label: number): number {
    const { heap, columns } = this.#reader.views;
    const at = columns[COLUMN_LABELS]![set]!;
    const end = at + LABELS_FIRST + heap[at + LABELS_PAIRS]!;
    for (let pair = at + LABELS_FIRST; pair < end; pair++) {
      if (this.#reader.parentOf(heap[pair]!) === label) return heap[pair]!;
    }
    return 0;
  }

  /** Calls `visit` with the entries of a label set's values. */
  forEachValue(set: number, visit: (value: number) => void): void {
    const { heap, columns } = this.#reader.views;
    const at = columns[COLUMN_LABELS]![set]!;
    const end = at + LABELS_FIRST + heap[at + LABELS_PAIRS]!;
    for (let pair = at + LABELS_FIRST; pair < end; pair++) visit(heap[pair]!);
  }

  /**
   * The labels of a row, as an object with the properties in the order of the canonical key. Rows with the same labels
   * mostly get the same object: nobody may change it.
   */
  of(row: number): Labels {
    const set = this.#reader.setOf(row);
    const place = set % LABEL_SETS_KEPT;
    if (this.#sets[place] !== set + 1) {
      this.#objects[place] = this.#objectOf(set);
      this.#sets[place] = set + 1;
    }
    return this.#objects[place]!;
  }

  /** Forgets all that is remembered, as when the index was built anew. */
  clear(): void {
    this.texts.clear();
    this.#sets.fill(0);
  }

  #objectOf(set: number): Labels {
    const labels: Record<string, string> = {};
    this.forEachValue(set, (value) => {
      const name = this.texts.of(this.#reader.parentOf(value));
      const text = this.texts.of(value);
      // A label may have the name of what every object inherits.
      if (name === '__proto__') Object.defineProperty(labels, name, { ...OWN, value: text });
      else labels[name] = text;
    });
    return labels;
  }
}

const OWN = { enumerable: true, configurable: true, writable: true };
