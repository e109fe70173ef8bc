import { assert } from '../assert.js';
import { SERIES_KEY_BYTES_MAX } from '../limits.js';
import { classifyUtf8, compareBytes, TEXT_INVALID, TEXT_PLAIN } from './utf8.js';

/** What a name or a label may be, in bytes and in number. */
export interface SeriesLimits {
  nameBytesMax: number;
  labelNameBytesMax: number;
  labelValueBytesMax: number;
  labelsMax: number;
}

/** Why a series is refused; `ok` when it is not. The words are the reject reasons of the wire. */
export type KeyStatus = 'ok' | 'invalid_name' | 'invalid_label' | 'too_many_labels' | 'label_too_long';

/** The count of labels is one byte of the canonical form. */
const COLLECTED_MAX = 255;

/**
 * Builds the canonical bytes of a series (series-key-layout.ts) from pieces in any order. The first fault of a
 * series is the one told. One builder serves one thread; `bytes[0..length)` is valid until the next `begin`.
 */
export class SeriesKeyBuilder {
  readonly bytes = new Uint8Array(SERIES_KEY_BYTES_MAX);
  length = 0;

  readonly #limits: SeriesLimits;
  readonly #text = new Uint8Array(SERIES_KEY_BYTES_MAX);
  // Four numbers a label: name start, name end, value start, value end, in #text.
  readonly #ranges = new Int32Array(COLLECTED_MAX * 4);
  /** Labels by name, so that the series' identity does not depend on the order in which they came. */
  readonly #order = new Uint8Array(COLLECTED_MAX);
  /** Labels that `#order` last put in order. */
  #orderedCount = 0;
  #textLength = 0;
  #labelCount = 0;
  #nameEnd = 0;
  #status: KeyStatus = 'ok';

  constructor(limits: SeriesLimits) {
    const largest =
      limits.nameBytesMax + limits.labelsMax * (limits.labelNameBytesMax + limits.labelValueBytesMax + 4) + 3;
    assert(
      limits.labelsMax <= COLLECTED_MAX && largest <= SERIES_KEY_BYTES_MAX,
      'limits of names and labels exceed SERIES_KEY_BYTES_MAX',
    );
    this.#limits = limits;
  }

  /** Starts a series with its metric name. */
  begin(source: Uint8Array, start: number, end: number): void {
    this.#textLength = 0;
    this.#labelCount = 0;
    this.#nameEnd = 0;
    this.#status = 'ok';
    const bytes = end - start;
    if (bytes < 1 || bytes > this.#limits.nameBytesMax || classifyUtf8(source, start, end) !== TEXT_PLAIN) {
      this.#status = 'invalid_name';
      return;
    }
    this.#nameEnd = this.#keep(source, start, end);
  }

  /**
   * Adds a label; one with an empty value is none, whatever its name. The source is copied: its memory may change at
   * once.
   */
  label(source: Uint8Array, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const nameBytes = nameEnd - nameStart;
    const valueBytes = valueEnd - valueStart;
    if (this.#status !== 'ok' || valueBytes === 0) return;
    if (nameBytes > this.#limits.labelNameBytesMax || valueBytes > this.#limits.labelValueBytesMax) {
      this.#status = 'label_too_long';
      return;
    }
    if (
      nameBytes < 1 ||
      classifyUtf8(source, nameStart, nameEnd) === TEXT_INVALID ||
      classifyUtf8(source, valueStart, valueEnd) === TEXT_INVALID
    ) {
      this.#status = 'invalid_label';
      return;
    }
    if (this.#labelCount === this.#limits.labelsMax) {
      this.#status = 'too_many_labels';
      return;
    }
    const at = this.#labelCount++ * 4;
    this.#ranges[at] = this.#textLength;
    this.#ranges[at + 1] = this.#keep(source, nameStart, nameEnd);
    this.#ranges[at + 2] = this.#textLength;
    this.#ranges[at + 3] = this.#keep(source, valueStart, valueEnd);
  }

  /** A label that is no pair of texts: the series is refused unless an earlier fault stands. */
  badLabel(): void {
    if (this.#status === 'ok') this.#status = 'invalid_label';
  }

  /** Ends the series: sorts, refuses doubled names, writes the canonical bytes. */
  finish(): KeyStatus {
    if (this.#status !== 'ok') return this.#status;
    const order = this.#order;
    const count = this.#labelCount;
    // A sender's series mostly have the same labels in the same order, so the order of the one before mostly holds.
    if (count !== this.#orderedCount || !this.#isAscending(count)) {
      for (let i = 0; i < count; i++) this.#insertSorted(i);
      this.#orderedCount = count;
      if (!this.#isAscending(count)) return 'invalid_label';
    }
    this.length = 0;
    this.#putText(0, this.#nameEnd);
    this.bytes[this.length++] = count;
    for (let i = 0; i < count; i++) {
      const at = order[i]! * 4;
      this.#putText(this.#ranges[at]!, this.#ranges[at + 1]!);
      this.#putText(this.#ranges[at + 2]!, this.#ranges[at + 3]!);
    }
    return 'ok';
  }

  #keep(source: Uint8Array, start: number, end: number): number {
    const text = this.#text;
    let to = this.#textLength;
    // A loop beats subarray + set for the few bytes of a label: no view object.
    for (let i = start; i < end; i++) text[to++] = source[i]!;
    this.#textLength = to;
    return to;
  }

  #compare(a: number, b: number): number {
    const r = this.#ranges;
    return compareBytes(this.#text, r[a * 4]!, r[a * 4 + 1]!, this.#text, r[b * 4]!, r[b * 4 + 1]!);
  }

  /** Whether the labels ascend in `#order`; no name stands twice then. */
  #isAscending(count: number): boolean {
    const order = this.#order;
    for (let i = 1; i < count; i++) if (this.#compare(order[i - 1]!, order[i]!) >= 0) return false;
    return true;
  }

  /** Puts label number `label` in its place among those before it. */
  #insertSorted(label: number): void {
    const order = this.#order;
    let at = label;
    for (; at > 0 && this.#compare(order[at - 1]!, label) > 0; at--) order[at] = order[at - 1]!;
    order[at] = label;
  }

  #putText(start: number, end: number): void {
    const out = this.bytes;
    let to = this.length;
    out[to++] = (end - start) & 0xff;
    out[to++] = (end - start) >>> 8;
    for (let i = start; i < end; i++) out[to++] = this.#text[i]!;
    this.length = to;
  }
}
