import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelMatcher } from '../../../src/http/ports.js';
import { selectorsKey } from '../../../src/query/selectors-key.js';

// Few characters, those that the key itself has among them: so that texts are made to be taken for each other.
const text = fc.string({ unit: fc.constantFrom('a', '1', ':', '=', '!', '~'), maxLength: 4 });
const matchers: fc.Arbitrary<LabelMatcher[]> = fc.array(
  fc.record({ label: text, op: fc.constantFrom('=', '!=', '=~', '!~'), value: text }),
  { maxLength: 3 },
);

test('selectorsKey() is the same of the same conditions alone', () => {
  fc.assert(
    fc.property(matchers, matchers, (a, b) => {
      assert.equal(selectorsKey(a) === selectorsKey(b), JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 20_000 },
  );
});

test('selectorsKey() tells conditions apart whose texts run into each other', () => {
  const [one, other]: LabelMatcher[][] = [
    [{ label: 'a', op: '=', value: '1:b' }],
    [{ label: 'a', op: '=', value: '1' }],
  ];
  assert.notEqual(selectorsKey(one!), selectorsKey(other!));
  assert.equal(selectorsKey([]), '');
});
