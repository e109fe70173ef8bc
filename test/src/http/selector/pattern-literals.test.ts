import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern } from '../../../../src/http/selector/pattern.js';
import { literalsOf, prefixOf } from '../../../../src/http/selector/pattern-literals.js';
import { parsePattern } from '../../../../src/http/selector/pattern-parser.js';

test('literalsOf() lists what a pattern stands for when that is little', () => {
  const check = (pattern: string, expected: string[] | undefined): void => {
    assert.deepEqual(literalsOf(parsePattern(pattern))?.sort(), expected, pattern);
  };
  check('', ['']);
  check('web-1', ['web-1']);
  check('eu|us', ['eu', 'us']);
  check('web-(1|2)', ['web-1', 'web-2']);
  check('cpu_(user|system)?', ['cpu_', 'cpu_system', 'cpu_user']);
  check('[a-c]x', ['ax', 'bx', 'cx']);
  check('(?i)ab', ['AB', 'Ab', 'aB', 'ab']);
  check('a{1}', ['a']);
  check('a.*', undefined);
  check('a+', undefined);
  check('a{2}', undefined);
  check('^a$', undefined);
  check('.', undefined);
  check('[a-z][a-z][a-z]', undefined);
  check('日本|😀', ['日本', '😀']);
  // Few texts of little length, few long ones, and as many as there may be with nearly a thousand characters each.
  check(`[ab]${'x'.repeat(900)}`, [`a${'x'.repeat(900)}`, `b${'x'.repeat(900)}`]);
  check(`[a-p][a-p][a-d]${'x'.repeat(900)}`, undefined);
});

test('prefixOf() is what every match begins with', () => {
  const check = (pattern: string, expected: string): void => {
    assert.equal(prefixOf(parsePattern(pattern)), expected, pattern);
  };
  check('web-.*', 'web-');
  check('^web-.*', 'web-');
  check('web-(1|2).*', 'web-');
  check('(abc|abd)x', 'ab');
  check('(ab)+c', 'ab');
  check('ab*', 'a');
  check('.*web', '');
  check('(?i)web.*', '');
  check('日本.*', '日本');
  check('(😀|😁)', '');
  check('a{2}b', 'a');
  check('(a|b)', '');
});

const part = fc.constantFrom(
  'a',
  'b',
  'ab',
  '.',
  '.*',
  '[ab]',
  '(a|b)',
  'a?',
  '(ab)+',
  'é',
  '😀',
  '(é|😀)',
  'b{1,2}',
  '^',
  '$',
  '|',
);
const pattern = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
const value = fc
  .array(fc.constantFrom('a', 'b', 'é', '😀', 'x'), { maxLength: 6 })
  .map((parts) => parts.join(''));

test('literals, prefix and bytes agree with the match of a text, for any pattern and value', () => {
  fc.assert(
    fc.property(pattern, value, (text, candidate) => {
      const compiled = compilePattern(text);
      const matches = compiled.matches(candidate);
      const bytes = Buffer.from(`>${candidate}<`, 'utf8');
      assert.equal(compiled.matchesUtf8(bytes, 1, bytes.length - 1), matches);
      if (matches) assert.ok(candidate.startsWith(compiled.prefix), `prefix ${compiled.prefix}`);
      if (compiled.literals !== undefined) assert.equal(compiled.literals.includes(candidate), matches);
    }),
    { numRuns: 2_000 },
  );
});
