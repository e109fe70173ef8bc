import { PATTERN_LENGTH_MAX, PATTERN_WORK_AT_ONCE } from '../limits.js';
import type { Pattern } from './pattern.js';
import { commonPrefix } from './pattern-literals.js';

/** Texts of characters that mean themselves, with bars between them. */
const PLAIN = /^[\w\-:/ ]+(?:\|[\w\-:/ ]+)*$/;

/**
 * The texts of a pattern that does no more than list them, as `web-1|web-2`: what dashboards send mostly, with other texts each time, and
 * to parse it takes longer than to ask for it. Undefined where there is more in it.
 */
export function plainTexts(pattern: string): string[] | undefined {
  if (pattern.length > PATTERN_LENGTH_MAX || !PLAIN.test(pattern)) return undefined;
  return [...new Set(pattern.split('|'))];
}

/** Matches some texts, all different, and no others. */
export class ListedPattern implements Pattern {
  readonly prefix: string;
  readonly literals: readonly string[];
  readonly valuesAtOnce = PATTERN_WORK_AT_ONCE;
  readonly #literals: ReadonlySet<string>;

  constructor(texts: readonly string[]) {
    this.#literals = new Set(texts);
    this.literals = texts;
    this.prefix = commonPrefix(texts);
  }

  matches(value: string): boolean {
    return this.#literals.has(value);
  }

  matchesUtf8(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#literals.has(
      Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'),
    );
  }
}
