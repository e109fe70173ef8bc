import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { ENTRY_TEXTS_KEPT } from './limits.js';

/** Texts of the index's entries as strings. Those used last are remembered: a region stands in the labels of a thousand hosts. */
export class EntryTexts {
  readonly #reader: SeriesIndexReader;
  readonly #bytes: Buffer;
  readonly #entries = new Int32Array(ENTRY_TEXTS_KEPT);
  readonly #texts: string[] = new Array<string>(ENTRY_TEXTS_KEPT).fill('');

  constructor(reader: SeriesIndexReader) {
    this.#reader = reader;
    this.#bytes = Buffer.from(reader.views.bytes.buffer);
  }

  of(entry: number): string {
    // Entries are at least nine words apart, so neighbours get places of their own.
    const place = (entry >>> 3) % ENTRY_TEXTS_KEPT;
    if (this.#entries[place] === entry) return this.#texts[place]!;
    const text = this.#bytes.toString('utf8', this.#reader.textStart(entry), this.#reader.textEnd(entry));
    this.#entries[place] = entry;
    this.#texts[place] = text;
    return text;
  }

  /** The entry of a text in a parent's list; 0 when there is none. */
  child(parent: number, text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    return this.#reader.child(parent, bytes, 0, bytes.length);
  }

  /** Forgets all, as when the index was built anew. */
  clear(): void {
    this.#entries.fill(0);
  }
}
