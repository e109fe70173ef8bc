import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelMatcher } from '../../../src/http/ports.js';
import { selectorsKey } from '../../../src/query/selectors-key.js';

// Few characters, those that the key itself has among them: so that texts are made to be taken for each other.
const text = fc.string({ unit: fc.constantFrom('a', '1', ':', '=', '!', '~', ';'), maxLength: 14 });
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
  const check = (one: LabelMatcher[], other: LabelMatcher[]): void =>
    assert.notEqual(selectorsKey(one), selectorsKey(other));
  check([{ label: 'a', op: '=', value: '1:b' }], [{ label: 'a', op: '=', value: '1' }]);
  // Were the condition written before the label, a ~ of the label could be taken for one of it, and its last digit for a length.
  check(
    [{ label: '~zone', op: '=', value: 'a.*2=dc4:west' }],
    [
      { label: 'zone1', op: '=~', value: 'a.*' },
      { label: 'dc', op: '=', value: 'west' },
    ],
  );
  check(
    [{ label: '~zone', op: '=', value: 'a.*;1=d4:west' }],
    [
      { label: 'zone1', op: '=~', value: 'a.*' },
      { label: 'd', op: '=', value: 'west' },
    ],
  );
  assert.equal(selectorsKey([]), '');
});
