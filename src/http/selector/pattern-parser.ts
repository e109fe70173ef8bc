import { PATTERN_LENGTH_MAX } from '../limits.js';

/** A regular expression that can't be read. The position counts characters from 1. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** Code points as sorted, disjoint, inclusive ranges: [low, high, low, high, ...]. */
export type Ranges = readonly number[];

export type PatternNode =
  | { kind: 'empty' }
  | { kind: 'set'; ranges: Ranges }
  | { kind: 'concat'; parts: PatternNode[] }
  | { kind: 'either'; parts: PatternNode[] }
  | { kind: 'repeat'; part: PatternNode; min: number; max: number }
  /** ^ or $: holds only at that end of the value. */
  | { kind: 'assert'; end: 'start' | 'end' };

const LAST = 0x10ffff;
const REPEAT_MAX = 1000;
const DIGIT: Ranges = [0x30, 0x39];
const SPACE: Ranges = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];
const WORD: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const POSIX: Readonly<Record<string, Ranges>> = {
  alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
  alpha: [0x41, 0x5a, 0x61, 0x7a],
  digit: DIGIT,
  lower: [0x61, 0x7a],
  space: [0x09, 0x0d, 0x20, 0x20],
  upper: [0x41, 0x5a],
  word: WORD,
};

/** Sorts ranges and joins those that touch. */
function normalize(ranges: Ranges): Ranges {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i]!, ranges[i + 1]!]);
  pairs.sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [low, high] of pairs) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined.flat();
}

function complement(ranges: Ranges): Ranges {
  const result: number[] = [];
  let low = 0;
  const sorted = normalize(ranges);
  for (let i = 0; i < sorted.length; i += 2) {
    if (sorted[i]! > low) result.push(low, sorted[i]! - 1);
    low = sorted[i + 1]! + 1;
  }
  if (low <= LAST) result.push(low, LAST);
  return result;
}

/** Adds the other case of ASCII letters. */
function foldCase(ranges: Ranges): Ranges {
  const folded = [...ranges];
  for (let i = 0; i < ranges.length; i += 2) {
    for (const [low, high, shift] of [
      [0x41, 0x5a, 32],
      [0x61, 0x7a, -32],
    ] as const) {
      const from = Math.max(low, ranges[i]!);
      const to = Math.min(high, ranges[i + 1]!);
      if (from <= to) folded.push(from + shift, to + shift);
    }
  }
  return normalize(folded);
}

/**
 * Reads the syntax of RE2 that selectors use: literals, `.`, classes, groups, `|`, `* + ? {n,m}` greedy or
 * lazy (for a yes or no they are the same), `\d \w \s` and their opposites, `^ $`, and `(?i)`, `(?-s)` at the
 * start. As in PromQL a dot is any character, a line's end too, so that `.*` is every value. Back-references and look-around are not in it, here as there: nothing could bound their cost.
 * @throws PatternError
 */
export function parsePattern(text: string): PatternNode {
  if (text.length > PATTERN_LENGTH_MAX) {
    throw new PatternError(`it has ${text.length} characters, at most ${PATTERN_LENGTH_MAX} are taken`);
  }
  return new PatternParser(text).parse();
}

class PatternParser {
  readonly #chars: string[];
  #at = 0;
  #ignoreCase = false;
  #dotAll = true;

  constructor(text: string) {
    this.#chars = [...text];
  }

  parse(): PatternNode {
    this.#flags();
    const node = this.#either();
    if (this.#at < this.#chars.length) this.#fail('unmatched )');
    return node;
  }

  #flags(): void {
    const flags = /^\(\?([is]*)(?:-([is]+))?\)/.exec(this.#chars.slice(0, 9).join(''));
    if (flags === null || flags[0] === '(?)') return;
    const off = flags[2] ?? '';
    this.#ignoreCase = flags[1]!.includes('i') && !off.includes('i');
    this.#dotAll = !off.includes('s');
    this.#at = flags[0].length;
  }

  #either(): PatternNode {
    const parts = [this.#concat()];
    while (this.#peek() === '|') {
      this.#at++;
      parts.push(this.#concat());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'either', parts };
  }

  #concat(): PatternNode {
    const parts: PatternNode[] = [];
    for (let char = this.#peek(); char !== undefined && char !== '|' && char !== ')'; char = this.#peek()) {
      parts.push(this.#repeat(this.#atom()));
    }
    if (parts.length === 0) return { kind: 'empty' };
    return parts.length === 1 ? parts[0]! : { kind: 'concat', parts };
  }

  #repeat(atom: PatternNode): PatternNode {
    const bounds = this.#bounds();
    if (bounds === undefined) return atom;
    if (this.#peek() === '?') this.#at++;
    if (this.#bounds() !== undefined) this.#fail('a repetition of a repetition needs a group');
    return { kind: 'repeat', part: atom, ...bounds };
  }

  #bounds(): { min: number; max: number } | undefined {
    const char = this.#peek();
    if (char === '*' || char === '+' || char === '?') {
      this.#at++;
      return { min: char === '+' ? 1 : 0, max: char === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    if (char !== '{') return undefined;
    const counted = /^\{(\d{1,5})(,(\d{0,5}))?\}/.exec(this.#chars.slice(this.#at, this.#at + 16).join(''));
    // As in RE2, a brace that is no repetition is a brace.
    if (counted === null) return undefined;
    const min = Number(counted[1]);
    const max =
      counted[2] === undefined ? min : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3]);
    if (min > REPEAT_MAX || (Number.isFinite(max) && max > REPEAT_MAX) || max < min) {
      this.#fail(`a repetition goes from 0 to ${REPEAT_MAX}, the smaller number first`);
    }
    this.#at += counted[0].length;
    return { min, max };
  }

  #atom(): PatternNode {
    const char = this.#chars[this.#at++]!;
    if (char === '(') return this.#group();
    if (char === '[') return { kind: 'set', ranges: this.#class() };
    if (char === '.') return { kind: 'set', ranges: this.#dotAll ? [0, LAST] : complement([0x0a, 0x0a]) };
    if (char === '^') return { kind: 'assert', end: 'start' };
    if (char === '$') return { kind: 'assert', end: 'end' };
    if (char === '*' || char === '+' || char === '?') this.#fail(`nothing stands before ${char}`, 1);
    if (char !== '\\') return this.#literal(char.codePointAt(0)!);
    if (this.#peek() === 'A' || this.#peek() === 'z') {
      return { kind: 'assert', end: this.#chars[this.#at++] === 'A' ? 'start' : 'end' };
    }
    return { kind: 'set', ranges: this.#escape() };
  }

  #literal(code: number): PatternNode {
    return { kind: 'set', ranges: this.#ignoreCase ? foldCase([code, code]) : [code, code] };
  }

  #group(): PatternNode {
    const start = this.#at - 1;
    if (this.#peek() === '?') {
      const name = /^\?(:|P?<[A-Za-z_]\w*>)/.exec(this.#chars.slice(this.#at, this.#at + 64).join(''));
      if (name === null)
        this.#fail('look-around, back-references and flags inside the pattern are not taken', 1);
      this.#at += name[0].length;
    }
    const node = this.#either();
    if (this.#peek() !== ')') {
      this.#at = start;
      this.#fail('a group has no )');
    }
    this.#at++;
    return node;
  }

  /** The set of an escape, behind its backslash. */
  #escape(): Ranges {
    const char = this.#chars[this.#at++];
    if (char === undefined) this.#fail('a backslash at the end', 1);
    const lower = char.toLowerCase();
    const set = lower === 'd' ? DIGIT : lower === 'w' ? WORD : lower === 's' ? SPACE : undefined;
    if (set !== undefined) return char === lower ? set : complement(set);
    if (char === 'x') return this.#hex();
    const control = CONTROLS[char];
    if (control !== undefined) return [control, control];
    if (/[A-Za-z0-9]/.test(char)) this.#fail(`\\${char} is not known (there are no back-references)`, 2);
    const code = char.codePointAt(0)!;
    return [code, code];
  }

  #hex(): Ranges {
    const hex = /^(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(
      this.#chars.slice(this.#at, this.#at + 8).join(''),
    );
    const code = hex === null ? Number.NaN : Number.parseInt(hex[1] ?? hex[2]!, 16);
    if (!(code <= LAST)) this.#fail('\\x needs two hexadecimal digits, or up to six in braces', 2);
    this.#at += hex![0].length;
    return this.#ignoreCase ? foldCase([code, code]) : [code, code];
  }

  /** A class, behind its opening bracket. */
  #class(): Ranges {
    const start = this.#at - 1;
    const negated = this.#peek() === '^';
    if (negated) this.#at++;
    const ranges: number[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      if (this.#peek() === undefined) {
        this.#at = start;
        this.#fail('a class has no ]');
      }
      ranges.push(...this.#classItem());
    }
    this.#at++;
    const set = normalize(this.#ignoreCase ? foldCase(ranges) : ranges);
    return negated ? complement(set) : set;
  }

  #classItem(): Ranges {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.#chars.slice(this.#at, this.#at + 12).join(''));
    if (posix !== null) {
      const set = POSIX[posix[2]!];
      if (set === undefined) this.#fail(`the class ${posix[0]} is not known`);
      this.#at += posix[0].length;
      return posix[1] === '^' ? complement(set) : set;
    }
    const low = this.#classChar();
    const isRange =
      this.#peek() === '-' && this.#chars[this.#at + 1] !== ']' && this.#chars[this.#at + 1] !== undefined;
    if (!isRange) return low;
    if (low.length !== 2 || low[0] !== low[1]) this.#fail('a range in a class begins with one character');
    this.#at++;
    const high = this.#classChar();
    if (high.length !== 2 || high[0] !== high[1] || high[0]! < low[0]!) {
      this.#fail('a range in a class ends with one character, not before its first', 1);
    }
    return [low[0]!, high[0]!];
  }

  #classChar(): Ranges {
    const char = this.#chars[this.#at++]!;
    if (char === '\\') return this.#escape();
    const code = char.codePointAt(0)!;
    return [code, code];
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  /** @param back how many characters before the current one the fault lies */
  #fail(message: string, back = 0): never {
    throw new PatternError(`${message}, at character ${this.#at - back + 1} of the pattern`);
  }
}
