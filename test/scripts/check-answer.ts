import assert from 'node:assert/strict';
import type { Expectation } from './script.js';

/** Numbers that went through sums in different orders differ in their last digits. */
const RELATIVE = 1e-9;

/** Holds an answer against one line of a script. */
export function checkAnswer(answer: unknown, { line, path, check }: Expectation): void {
  const value = path === 'body' ? answer : valueAt(answer, path);
  const where = `line ${line}, ${path}`;
  if (check.kind === 'absent') {
    assert.equal(value, undefined, where);
    return;
  }
  if (check.kind === 'has') {
    assert.ok(JSON.stringify(value)?.includes(check.text), `${where}: ${JSON.stringify(value)}`);
    return;
  }
  if (check.kind === 'about') {
    const bound = Math.abs(check.value) * check.relative;
    const isNear = typeof value === 'number' && Math.abs(value - check.value) <= bound;
    assert.ok(isNear, `${where}: ${String(value)} is not within ${bound} of ${check.value}`);
    return;
  }
  assert.deepEqual(rounded(value), rounded(check.value), where);
}

/** `a.b`, `a[0].b`, `a[].b` (of every entry). A name with a dot in it is written in quotes: `metrics."cpu.user".p50`. */
function valueAt(answer: unknown, path: string): unknown {
  const parts = path.match(/"[^"]*"|\[\d*\]|[^.[\]]+/g) ?? [];
  return descend(answer, parts);
}

function descend(value: unknown, [part, ...rest]: readonly string[]): unknown {
  if (part === undefined || value === undefined || value === null) return value;
  if (part === '[]') return (value as unknown[]).map((each) => descend(each, rest));
  if (part === 'length' && Array.isArray(value)) return value.length;
  const name = part.startsWith('[') || part.startsWith('"') ? part.slice(1, -1) : part;
  return descend((value as Record<string, unknown>)[name], rest);
}

/** The value with its numbers at ten digits, so that equal ones are equal texts. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isInteger(value) ? value : Number(value.toPrecision(1 - Math.log10(RELATIVE)));
  if (Array.isArray(value)) return value.map(rounded);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, rounded(member)]));
}
