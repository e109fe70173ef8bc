import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from '../../../native-free-core/retention/glob.js';

test('matchesGlob() takes * for any characters, ? for one, and the rest for itself', () => {
  const check = (pattern: string, text: string, wanted: boolean): void =>
    assert.equal(matchesGlob(pattern, text), wanted, `${pattern} on ${text}`);
  check('debug.*', 'debug.x', true);
  check('debug.*', 'debug.', true);
  check('debug.*', 'debug', false);
  check('debug.*', 'my.debug.x', false);
  check('*', '', true);
  check('*', 'anything', true);
  check('', '', true);
  check('', 'x', false);
  check('?', '', false);
  check('?', 'x', true);
  check('?', '😀', true);
  check('cpu_?', 'cpu_10', false);
  check('*_total', 'a_total_total', true);
  check('*_total', 'a_total_', false);
  check('a*b*c', 'aXbXbXc', true);
  check('a*b*c', 'aXcXb', false);
  check('a.b', 'aXb', false);
  check('[a]', '[a]', true);
  check('**', 'x', true);
});

test('matchesGlob() agrees with a regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (glob, given) => {
      const source = glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      assert.equal(matchesGlob(glob, given), new RegExp(`^${source}$`, 's').test(given));
    }),
    { numRuns: 2_000 },
  );
});

test('matchesGlob() stays fast where a regular expression would not', () => {
  const started = process.hrtime.bigint();
  assert.equal(matchesGlob(`${'*a'.repeat(120)}b`, 'a'.repeat(256)), false);
  assert.ok(process.hrtime.bigint() - started < 200_000_000n);
});
