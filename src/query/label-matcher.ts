import { findLabelValue, textEnd } from '../../native-free-core/series/series-key.js';
import type { LabelMatcher } from '../http/ports.js';
import { compilePattern, type Pattern } from '../http/selector/pattern.js';
import { NAME_LABEL } from '../http/selector/selector-parser.js';
import { PATTERN_VERDICTS_KEPT, PATTERNS_KEPT } from './limits.js';

/** Where the value of a label's length-prefixed text begins. */
const VALUE_START = 2;

/** Patterns of this thread by their text: a dashboard sends the same few again and again. */
const patterns = new Map<string, Pattern>();

function patternOf(text: string): Pattern {
  let pattern = patterns.get(text);
  if (pattern !== undefined) return pattern;
  pattern = compilePattern(text);
  if (patterns.size >= PATTERNS_KEPT) patterns.delete(patterns.keys().next().value as string);
  patterns.set(text, pattern);
  return pattern;
}

/** One condition, made ready to be held against canonical keys. A label that a series lacks has the empty value. */
class Condition {
  readonly name: Uint8Array;
  readonly #value: Buffer;
  readonly #wanted: boolean;
  readonly #pattern: Pattern | undefined;
  readonly #verdicts = new Map<string, boolean>();

  constructor(matcher: LabelMatcher) {
    this.name = Buffer.from(matcher.label, 'utf8');
    this.#value = Buffer.from(matcher.value, 'utf8');
    this.#wanted = matcher.op === '=' || matcher.op === '=~';
    this.#pattern = matcher.op === '=~' || matcher.op === '!~' ? patternOf(matcher.value) : undefined;
  }

  /** Whether the series whose key stands at `offset` of `block` meets the condition. */
  matches(block: Buffer, offset: number): boolean {
    const at = findLabelValue(block, offset, this.name);
    const start = at + VALUE_START;
    const end = at < 0 ? start : textEnd(block, at);
    return this.#holds(block, start, end) === this.#wanted;
  }

  matchesText(text: string): boolean {
    const bytes = Buffer.from(text, 'utf8');
    return this.#holds(bytes, 0, bytes.length) === this.#wanted;
  }

  #holds(block: Buffer, start: number, end: number): boolean {
    if (this.#pattern !== undefined) return this.#patternHolds(block.toString('utf8', start, end));
    const value = this.#value;
    if (end - start !== value.length) return false;
    for (let i = 0; i < value.length; i++) if (block[start + i] !== value[i]) return false;
    return true;
  }

  /** Labels have few values for many series, so each value meets the automaton once. */
  #patternHolds(text: string): boolean {
    let verdict = this.#verdicts.get(text);
    if (verdict !== undefined) return verdict;
    verdict = this.#pattern!.matches(text);
    if (this.#verdicts.size < PATTERN_VERDICTS_KEPT) this.#verdicts.set(text, verdict);
    return verdict;
  }
}

/** All conditions of a query. Made once a query; those on the metric's name apart from those on labels. */
export class SeriesConditions {
  /** Equalities with a value, which an index of label values answers: label and value. */
  readonly equalities: readonly { label: string; value: string }[];
  readonly #ofName: Condition[] = [];
  readonly #ofLabels: Condition[] = [];

  constructor(matchers: readonly LabelMatcher[]) {
    for (const matcher of matchers) {
      (matcher.label === NAME_LABEL ? this.#ofName : this.#ofLabels).push(new Condition(matcher));
    }
    this.equalities = matchers.filter((m) => m.label !== NAME_LABEL && m.op === '=' && m.value !== '');
  }

  /** True when nothing is asked of labels, so that every series of a metric that matches is meant. */
  get takesAllSeries(): boolean {
    return this.#ofLabels.length === 0;
  }

  matchesName(name: string): boolean {
    return this.#ofName.every((condition) => condition.matchesText(name));
  }

  /** Whether the labels of the key at `offset` of `block` meet all conditions on labels. */
  matchesLabels(block: Buffer, offset: number): boolean {
    for (const condition of this.#ofLabels) if (!condition.matches(block, offset)) return false;
    return true;
  }
}
