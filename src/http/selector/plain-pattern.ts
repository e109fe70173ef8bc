import { PATTERN_LENGTH_MAX } from '../limits.js';
import type { Pattern } from './pattern.js';
import { commonPrefix } from './pattern-literals.js';

/** Texts of characters that mean themselves, with bars between them. */
const PLAIN = /^[\w\-:/ ]+(?:\|[\w\-:/ ]+)*$/;

/**
 * The pattern that lists texts, as `web-1|web-2`, where it does no more: what dashboards send mostly, with other texts each time, and
 * to make an automaton of it takes longer than to ask for it. Undefined where there is more in it.
 */
export function plainPattern(text: string): Pattern | undefined {
  return text.length <= PATTERN_LENGTH_MAX && PLAIN.test(text) ? new PlainPattern(text) : undefined;
}

class PlainPattern implements Pattern {
  readonly prefix: string;
  readonly literals: readonly string[];
  readonly #literals: ReadonlySet<string>;

  constructor(text: string) {
    this.#literals = new Set(text.split('|'));
    this.literals = [...this.#literals];
    this.prefix = commonPrefix(this.literals);
  }

  matches(value: string): boolean {
    return this.#literals.has(value);
  }

  matchesUtf8(bytes: Uint8Array, start: number, end: number): boolean {
    // The texts are ASCII, so what has other characters is none of them in whatever way it is read.
    return this.#literals.has(
      Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'),
    );
  }
}
