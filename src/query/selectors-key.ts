import type { LabelMatcher } from '../http/ports.js';

/** Conditions as a text, which is the same of the same ones alone: lengths tell where names and values end, and no digit stands beside a length. */
export function selectorsKey(selectors: readonly LabelMatcher[]): string {
  let key = '';
  for (const { label, op, value } of selectors) {
    key += `${label.length}:${label}${op}${value.length}:${value};`;
  }
  return key;
}
