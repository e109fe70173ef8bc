import { LITERALS_LENGTH_MAX, LITERALS_MAX } from '../limits.js';
import type { PatternNode, Ranges } from './pattern-parser.js';

/**
 * All texts that a pattern matches, where they are few, as those of `web-(1|2|3)` and `eu|us`: looking them up is quicker than
 * matching every value. Undefined where they are many or without end.
 */
export function literalsOf(node: PatternNode): string[] | undefined {
  if (node.kind === 'empty') return [''];
  if (node.kind === 'set') return charsOf(node.ranges);
  if (node.kind === 'either') return eitherOf(node.parts);
  if (node.kind === 'concat') return concatOf(node.parts);
  if (node.kind === 'repeat' && node.max === 1) {
    const once = literalsOf(node.part);
    return node.min === 1 || once === undefined ? once : distinct(['', ...once]);
  }
  return undefined;
}

/** What every text that the pattern matches begins with. */
export function prefixOf(node: PatternNode): string {
  return prefix(node).text;
}

function charsOf(ranges: Ranges): string[] | undefined {
  const chars: string[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i + 1]! - ranges[i]! + chars.length >= LITERALS_MAX) return undefined;
    // Half of a pair is no text: no value has one.
    for (let code = ranges[i]!; code <= ranges[i + 1]!; code++) {
      if (code < 0xd800 || code > 0xdfff) chars.push(String.fromCodePoint(code));
    }
  }
  return chars;
}

function eitherOf(parts: readonly PatternNode[]): string[] | undefined {
  const all: string[] = [];
  for (const part of parts) {
    const literals = literalsOf(part);
    if (literals === undefined || all.length + literals.length > LITERALS_MAX) return undefined;
    all.push(...literals);
  }
  return distinct(all);
}

function concatOf(parts: readonly PatternNode[]): string[] | undefined {
  let all = [''];
  for (const part of parts) {
    const literals = literalsOf(part);
    if (literals === undefined || all.length * literals.length > LITERALS_MAX) return undefined;
    if (lengthOf(all) * literals.length + lengthOf(literals) * all.length > LITERALS_LENGTH_MAX) {
      return undefined;
    }
    all = all.flatMap((before) => literals.map((literal) => before + literal));
  }
  return distinct(all);
}

const lengthOf = (texts: readonly string[]): number =>
  texts.reduce((length, text) => length + text.length, 0);

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

/** `isWhole` when the text is all that the node matches, so that what follows goes on with it. */
function prefix(node: PatternNode): { text: string; isWhole: boolean } {
  // An end of the value that stands elsewhere than there lets nothing match, so whatever is said of it holds.
  if (node.kind === 'empty' || node.kind === 'assert') return { text: '', isWhole: true };
  if (node.kind === 'set') {
    const isOne = node.ranges.length === 2 && node.ranges[0] === node.ranges[1];
    return isOne
      ? { text: String.fromCodePoint(node.ranges[0]!), isWhole: true }
      : { text: '', isWhole: false };
  }
  if (node.kind === 'repeat') {
    return { text: node.min > 0 ? prefix(node.part).text : '', isWhole: false };
  }
  if (node.kind === 'either') return { text: commonPrefix(node.parts.map(prefixOf)), isWhole: false };
  let text = '';
  for (const part of node.parts) {
    const next = prefix(part);
    text += next.text;
    if (!next.isWhole) return { text, isWhole: false };
  }
  return { text, isWhole: true };
}

/** What all texts begin with. */
export function commonPrefix(texts: readonly string[]): string {
  let common = texts[0] ?? '';
  for (const text of texts) {
    let length = 0;
    while (length < common.length && common[length] === text[length]) length++;
    common = common.slice(0, length);
  }
  // Half of a pair of surrogates is no character, and would be other bytes.
  return /[\ud800-\udbff]$/.test(common) ? common.slice(0, -1) : common;
}
