import { findLabelValue, textEnd } from '../../native-free-core/series/series-key.js';
import { PATTERN_WORK_AT_ONCE } from '../http/limits.js';
import type { LabelMatcher } from '../http/ports.js';
import { patternOf } from '../http/selector/known-patterns.js';
import type { Pattern } from '../http/selector/pattern.js';
import { NAME_LABEL } from '../http/selector/selector-parser.js';

/** Where the value of a label's length-prefixed text begins. */
const VALUE_START = 2;

/** One condition on the values of a label. A label that a series lacks has the empty value. */
export class LabelCondition {
  readonly label: string;
  /** Whether a series without the label meets the condition. */
  readonly takesEmpty: boolean;
  /**
   * The values that are named, where they are few: a series meets the condition when it has one of them, or, if
   * `isNegative`, when it has none.
   */
  readonly named: readonly string[] | undefined;
  readonly isNegative: boolean;
  /** How many values may be held against it between two looks at the stop flag. */
  readonly valuesAtOnce: number;
  readonly #name: Uint8Array;
  readonly #pattern: Pattern | undefined;
  /** What every value of the pattern begins with. */
  readonly #prefix: Uint8Array;

  constructor({ label, op, value }: LabelMatcher) {
    this.label = label;
    this.#name = Buffer.from(label, 'utf8');
    this.isNegative = op === '!=' || op === '!~';
    this.#pattern = op === '=~' || op === '!~' ? patternOf(value) : undefined;
    this.valuesAtOnce = this.#pattern?.valuesAtOnce ?? PATTERN_WORK_AT_ONCE;
    this.named = this.#pattern === undefined ? [value] : this.#pattern.literals;
    this.#prefix = Buffer.from(this.#pattern?.prefix ?? '', 'utf8');
    this.takesEmpty = this.#names('') !== this.isNegative;
  }

  takesText(text: string): boolean {
    return this.#names(text) !== this.isNegative;
  }

  /** The same of UTF-8 that is not empty, when no values are named. */
  takesUtf8(bytes: Uint8Array, start: number, end: number): boolean {
    return (
      (this.#begins(bytes, start, end) && this.#pattern!.matchesUtf8(bytes, start, end)) !== this.isNegative
    );
  }

  /** Whether the series whose canonical key stands at `offset` of `block` meets the condition. */
  takesKey(block: Buffer, offset: number): boolean {
    const at = findLabelValue(block, offset, this.#name);
    if (at < 0) return this.takesEmpty;
    const end = textEnd(block, at);
    const start = at + VALUE_START;
    return this.named === undefined
      ? this.takesUtf8(block, start, end)
      : this.takesText(block.toString('utf8', start, end));
  }

  #names(text: string): boolean {
    return this.#pattern === undefined ? this.named![0] === text : this.#pattern.matches(text);
  }

  #begins(bytes: Uint8Array, start: number, end: number): boolean {
    const prefix = this.#prefix;
    if (end - start < prefix.length) return false;
    for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
    return true;
  }
}

/** All conditions of a query. Made once a query; those on the metric's name apart from those on labels. */
export class SeriesConditions {
  readonly ofLabels: readonly LabelCondition[];
  readonly #ofName: readonly LabelCondition[];

  constructor(matchers: readonly LabelMatcher[]) {
    this.#ofName = matchers.filter(({ label }) => label === NAME_LABEL).map((m) => new LabelCondition(m));
    this.ofLabels = matchers.filter(({ label }) => label !== NAME_LABEL).map((m) => new LabelCondition(m));
  }

  /** True when nothing is asked of labels, so that every series of a metric that matches is meant. */
  get takesAllSeries(): boolean {
    return this.ofLabels.length === 0;
  }

  /** True when every series there is meets the conditions, because there are none. */
  get takesEverything(): boolean {
    return this.ofLabels.length === 0 && this.#ofName.length === 0;
  }

  /** The names of the metrics that one of the conditions lists, where one does. */
  get namedMetrics(): readonly string[] | undefined {
    return this.#ofName.find(({ named, isNegative }) => named !== undefined && !isNegative)?.named;
  }

  /** How many names may be held against them between two looks at the stop flag. */
  get namesAtOnce(): number {
    const each = this.#ofName.map(({ valuesAtOnce }) => valuesAtOnce);
    return Math.max(1, Math.floor(Math.min(PATTERN_WORK_AT_ONCE, ...each) / Math.max(1, each.length)));
  }

  /** Whether the labels of the key at `offset` of `block` meet all conditions on labels. */
  matchesLabels(block: Buffer, offset: number): boolean {
    return this.ofLabels.every((condition) => condition.takesKey(block, offset));
  }

  matchesName(name: string): boolean {
    return this.#ofName.every((condition) => condition.takesText(name));
  }
}
