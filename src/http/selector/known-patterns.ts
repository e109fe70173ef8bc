import { PATTERNS_KEPT } from '../limits.js';
import { compilePattern, type Pattern } from './pattern.js';

/** Patterns of this thread by their text: a dashboard sends the same few again and again. */
const patterns = new Map<string, Pattern>();

/**
 * A compiled pattern; that of an earlier call where it is still known.
 * @throws PatternError with the position of the fault
 */
export function patternOf(text: string): Pattern {
  let pattern = patterns.get(text);
  if (pattern !== undefined) return pattern;
  pattern = compilePattern(text);
  if (patterns.size >= PATTERNS_KEPT) patterns.delete(patterns.keys().next().value as string);
  patterns.set(text, pattern);
  return pattern;
}
