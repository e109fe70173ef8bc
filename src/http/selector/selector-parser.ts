import { errorText } from '../../errors.js';
import { MATCHERS_MAX, SELECTOR_LENGTH_MAX } from '../limits.js';
import type { LabelMatcher, MatchOp } from '../ports.js';
import { patternOf } from './known-patterns.js';

/** A selector that can't be read. The position counts characters from 1. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} at character ${position}`);
    this.position = position;
  }
}

/** The label that stands for the metric's name, as in Prometheus. */
export const NAME_LABEL = '__name__';

const OPS: readonly MatchOp[] = ['=~', '!~', '!=', '='];
/** A bare name. Wider than PromQL, whose names know no dots: metric names here are any UTF-8. */
const NAME = /[^\s{}=!~,"'`()]*/y;
/** What a quoted text without an escape may have inside. */
const PLAIN: Readonly<Record<string, RegExp>> = { '"': /[^"\\]*/y, "'": /[^'\\]*/y, '`': /[^`]*/y };

/**
 * Reads a PromQL instant selector:
 *
 *   selector := [ name ] [ '{' [ item { ',' item } [ ',' ] ] '}' ]
 *   item     := label op string | string            a lone string is the metric's name (Prometheus 3)
 *   label    := name | string
 *   op       := '=' | '!=' | '=~' | '!~'
 *   string   := "..." or '...' with escapes as in Go, or `...` without
 *
 * A metric's name becomes a matcher of the label `__name__`. Regular expressions are compiled once to check them.
 * @throws SelectorError
 */
export function parseSelector(text: string): LabelMatcher[] {
  return new SelectorParser(text).parse();
}

class SelectorParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): LabelMatcher[] {
    if (this.#text.length > SELECTOR_LENGTH_MAX) {
      this.#failAt(
        `a selector has at most ${SELECTOR_LENGTH_MAX} characters, this one ${this.#text.length}, too many`,
        SELECTOR_LENGTH_MAX,
      );
    }
    const matchers: LabelMatcher[] = [];
    this.#skipSpace();
    const metric = this.#bareName();
    if (metric !== '') matchers.push({ label: NAME_LABEL, op: '=', value: metric });
    this.#skipSpace();
    if (this.#peek() === '{') this.#parseItems(matchers);
    else if (metric === '') this.#fail('expected a metric name or {');
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('expected the end of the selector');
    return matchers;
  }

  #parseItems(matchers: LabelMatcher[]): void {
    this.#at++;
    for (;;) {
      this.#skipSpace();
      if (this.#peek() === '}') break;
      // Before it is read: each may have a regular expression, which takes its time to compile.
      if (matchers.length === MATCHERS_MAX) {
        this.#failAt(`a selector has at most ${MATCHERS_MAX} conditions, one more is`, this.#at);
      }
      matchers.push(this.#item());
      this.#skipSpace();
      if (this.#peek() === '}') break;
      if (this.#peek() !== ',') this.#fail('expected , or }');
      this.#at++;
    }
    this.#at++;
  }

  #item(): LabelMatcher {
    const isQuoted = this.#isQuote();
    const start = this.#at;
    const label = isQuoted ? this.#string() : this.#bareName();
    if (label === '') this.#failAt('expected a label name', start);
    this.#skipSpace();
    const next = this.#peek();
    if (isQuoted && (next === ',' || next === '}')) return { label: NAME_LABEL, op: '=', value: label };
    const op = OPS.find((each) => this.#text.startsWith(each, this.#at));
    if (op === undefined) this.#fail('expected =, !=, =~ or !~');
    this.#at += op.length;
    this.#skipSpace();
    const valueStart = this.#at;
    if (!this.#isQuote()) this.#fail('expected a quoted value');
    const value = this.#string();
    if (op === '=~' || op === '!~') this.#checkPattern(value, valueStart);
    return { label, op, value };
  }

  #checkPattern(pattern: string, start: number): void {
    try {
      patternOf(pattern);
    } catch (error) {
      this.#failAt(`the regular expression is not usable: ${errorText(error)}; it begins`, start);
    }
  }

  #bareName(): string {
    return this.#take(NAME);
  }

  #string(): string {
    const quote = this.#text[this.#at]!;
    const start = this.#at++;
    let value = '';
    for (;;) {
      value += this.#take(PLAIN[quote]!);
      const char = this.#text[this.#at];
      if (char === undefined) this.#failAt('the text has no closing quote; it begins', start);
      this.#at++;
      if (char === quote) return value;
      value += this.#escape();
    }
  }

  /** The longest text from here on that a sticky expression takes. */
  #take(wanted: RegExp): string {
    wanted.lastIndex = this.#at;
    wanted.test(this.#text);
    const text = this.#text.slice(this.#at, wanted.lastIndex);
    this.#at = wanted.lastIndex;
    return text;
  }

  #escape(): string {
    const start = this.#at - 1;
    const char = this.#text[this.#at++] ?? '';
    const simple = SIMPLE_ESCAPES[char];
    if (simple !== undefined) return simple;
    const digits = char === 'x' ? 2 : char === 'u' ? 4 : char === 'U' ? 8 : 0;
    if (digits > 0) {
      const hex = this.#text.slice(this.#at, this.#at + digits);
      const code = Number.parseInt(hex, 16);
      if (new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(hex) && code <= 0x10ffff) {
        this.#at += digits;
        return String.fromCodePoint(code);
      }
    }
    return this.#failAt(
      `unknown escape \\${char} (a backslash in a regular expression is written \\\\)`,
      start,
    );
  }

  #isQuote(): boolean {
    const char = this.#peek();
    return char === '"' || char === "'" || char === '`';
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #fail(wanted: string): never {
    const came = this.#peek();
    this.#failAt(`${wanted}, got ${came === undefined ? 'the end' : JSON.stringify(came)}`, this.#at);
  }

  #failAt(message: string, at: number): never {
    throw new SelectorError(message, at + 1);
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};
