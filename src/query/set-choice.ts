import {
  COLUMN_LABELS,
  LABELS_FIRST,
  LABELS_PAIRS,
  ROOT_LABELS,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { BitSet } from './bit-set.js';
import type { LabelCondition, SeriesConditions } from './label-matcher.js';
import { LINES_AT_ONCE } from './limits.js';
import type { StopCheck } from './stop-check.js';

/** A condition as the index sees it: label sets that have one of these values, or that have none of them. */
interface Term {
  isNegative: boolean;
  /** Entries of values of one label, each once. */
  values: Int32Array;
  /** Label sets that have one of them. */
  cost: number;
  label: number;
}

/** Few sets are looked at one by one instead of marking those of the other conditions: that costs about as much as so many marks. */
const LOOK_COST = 16;

/**
 * The sets of labels that meet the conditions of a query. A label's values are matched, not its series; what each condition leaves is
 * united from the lists of the values that it takes, and intersected with what the others leave, beginning with the one that leaves
 * least. One a thread; its memory is used again.
 */
export class SetChoice {
  /** As a list, while they are few: the first `count` of it. */
  list = new Int32Array(64);
  /** As bits, always. */
  readonly bits = new BitSet();
  count = 0;
  /** True when every set is meant, and neither list nor bits are filled. */
  isAll = true;
  /** True when the list holds them, besides the bits. */
  isList = false;
  readonly #reader: SeriesIndexReader;
  readonly #other = new BitSet();
  #values = new Int32Array(64);
  #last: { conditions: SeriesConditions; sets: number; epoch: number } | undefined;

  constructor(reader: SeriesIndexReader) {
    this.#reader = reader;
  }

  /** Finds them. The same conditions, asked again at once for another shard, are not matched again. */
  choose(conditions: SeriesConditions, stop?: StopCheck): void {
    const { sets, epoch } = this.#reader;
    const last = this.#last;
    if (last?.conditions === conditions && last.sets === sets && last.epoch === epoch) return;
    // Until it is done there is nothing to come back to.
    this.#last = undefined;
    this.#find(conditions, stop);
    this.#last = { conditions, sets, epoch };
  }

  #find(conditions: SeriesConditions, stop: StopCheck | undefined): void {
    const terms: Term[] = [];
    this.isAll = this.isList = false;
    for (const condition of conditions.ofLabels) {
      const term = this.#termOf(condition, stop);
      if (term.values.length > 0) terms.push(term);
      else if (!term.isNegative) return this.#chooseNone();
    }
    this.isAll = terms.length === 0;
    if (this.isAll) return;
    const rows = terms.reduce((sum, { cost }) => sum + cost, this.#reader.sets / 32);
    stop?.foresee('row', rows);
    this.#combine(terms, stop);
  }

  #chooseNone(): void {
    this.bits.reset(this.#reader.sets);
    this.count = 0;
    this.isList = true;
  }

  #combine(terms: Term[], stop: StopCheck | undefined): void {
    // Those that leave something first, the least of them at the front.
    terms.sort((a, b) => Number(a.isNegative) - Number(b.isNegative) || a.cost - b.cost);
    const first = terms[0]!;
    const { sets } = this.#reader;
    if (first.isNegative) {
      this.bits.reset(sets, true);
      this.isList = false;
      for (const term of terms) this.#takeOut(term, stop);
      return;
    }
    this.bits.reset(sets);
    const rest = terms.slice(1);
    const costOfRest = rest.reduce((sum, { cost }) => sum + cost, 0);
    this.isList = first.cost * LOOK_COST <= Math.max(sets, costOfRest);
    if (this.isList) this.#lookThrough(first, rest, stop);
    else {
      for (const value of first.values) this.#reader.markItems(value, sets, this.bits.words);
      for (const term of rest) this.#takeOut(term, stop);
    }
  }

  /** Leaves in the bits what the term leaves. */
  #takeOut({ values, isNegative }: Term, stop: StopCheck | undefined): void {
    stop?.check();
    const { sets } = this.#reader;
    this.#other.reset(sets);
    for (const value of values) this.#reader.markItems(value, sets, this.#other.words);
    if (isNegative) this.bits.subtract(this.#other);
    else this.bits.intersect(this.#other);
  }

  /** The sets of the first term, each held against the labels that the others are about. */
  #lookThrough(first: Term, rest: readonly Term[], stop: StopCheck | undefined): void {
    const { sets } = this.#reader;
    this.#reserve(first.cost + first.values.length + 64);
    let length = 0;
    for (const value of first.values) {
      length += this.#reader.copyItems(value, sets, this.list.subarray(length));
    }
    const wanted = rest.map(({ values }) => new Set(values));
    let kept = 0;
    for (let i = 0; i < length; i++) {
      if (i % LINES_AT_ONCE === 0) stop?.check();
      const set = this.list[i]!;
      if (rest.every((term, k) => this.#hasOneOf(set, term.label, wanted[k]!) !== term.isNegative)) {
        this.list[kept++] = set;
        this.bits.add(set);
      }
    }
    this.count = kept;
  }

  #hasOneOf(set: number, label: number, values: ReadonlySet<number>): boolean {
    const { heap, columns } = this.#reader.views;
    const at = columns[COLUMN_LABELS]![set]!;
    const end = at + LABELS_FIRST + heap[at + LABELS_PAIRS]!;
    for (let pair = at + LABELS_FIRST; pair < end; pair++) {
      if (this.#reader.parentOf(heap[pair]!) === label) return values.has(heap[pair]!);
    }
    return false;
  }

  /** What a condition asks of the index. With an empty list of values, all sets meet it or none does, by `isNegative`. */
  #termOf(condition: LabelCondition, stop: StopCheck | undefined): Term {
    const reader = this.#reader;
    const name = Buffer.from(condition.label, 'utf8');
    const label = reader.child(ROOT_LABELS, name, 0, name.length);
    // A condition that series without the label meet is told by the values that it does not take.
    const isNegative = condition.takesEmpty;
    const values = label === 0 ? new Int32Array(0) : this.#valuesOf(condition, label, stop);
    let cost = 0;
    for (const value of values) cost += reader.itemCount(value);
    return { isNegative, values, cost, label };
  }

  /** The values of a label that the condition takes, or, if it takes the empty one, those that it doesn't. */
  #valuesOf(condition: LabelCondition, label: number, stop: StopCheck | undefined): Int32Array {
    const { named, isNegative, takesEmpty, valuesAtOnce } = condition;
    if (named !== undefined && isNegative === takesEmpty) return this.#lookUp(named, label);
    const reader = this.#reader;
    const { bytes } = reader.views;
    const size = reader.itemCount(label);
    stop?.foresee('matchedText', size);
    if (this.#values.length < size) this.#values = new Int32Array(2 ** Math.ceil(Math.log2(size)));
    const all = this.#values.subarray(
      0,
      reader.copyItems(label, Number.POSITIVE_INFINITY, this.#values.subarray(0, size)),
    );
    let count = 0;
    for (let i = 0; i < all.length; i++) {
      if (i % valuesAtOnce === 0) stop?.check();
      const value = all[i]!;
      const start = reader.textStart(value);
      const end = reader.textEnd(value);
      const takes =
        named === undefined
          ? condition.takesUtf8(bytes, start, end)
          : condition.takesText(textOf(bytes, start, end));
      if (takes !== takesEmpty) all[count++] = value;
    }
    return all.slice(0, count);
  }

  #lookUp(texts: readonly string[], label: number): Int32Array {
    const found: number[] = [];
    for (const text of texts) {
      if (text === '') continue;
      const bytes = Buffer.from(text, 'utf8');
      const value = this.#reader.child(label, bytes, 0, bytes.length);
      if (value !== 0) found.push(value);
    }
    return Int32Array.from(found);
  }

  #reserve(count: number): void {
    if (this.list.length < count) this.list = new Int32Array(2 ** Math.ceil(Math.log2(count)));
  }
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, start, end - start).toString('utf8');
