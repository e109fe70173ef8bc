import {
  COLUMN_LABELS,
  LABELS_FIRST,
  LABELS_PAIRS,
  ROOT_LABELS,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { EntryTexts } from './entry-texts.js';

/** The labels of series, read from the index. */
export class SeriesLabels {
  readonly texts: EntryTexts;
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

  /** The labels of a row, as an object with the properties in the order of the canonical key. */
  of(row: number): Record<string, string> {
    const labels: Record<string, string> = {};
    this.forEachValue(this.#reader.setOf(row), (value) => {
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
