import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countDistinct } from '../../../src/query/distinct-values.js';
import { SORTED_AT_ONCE } from '../../../src/query/limits.js';

function check(values: Float64Array, look = (): void => {}): void {
  // Plus zero, so that -0 is 0.
  const expected = new Set(Array.from(values, (value) => value + 0)).size;
  assert.equal(countDistinct(values, new Float64Array(values.length), look), expected);
}

test('countDistinct() counts as a set does', () => {
  const values = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1)), { maxLength: 60 });
  fc.assert(fc.property(values, (few) => check(Float64Array.from(few))));
});

test('countDistinct() counts more values than are sorted at once, with looks between', () => {
  for (const [parts, more] of [
    [1, 0],
    [1, 1],
    [2, 0],
    [3, 17],
    [4, 1],
  ] as const) {
    for (const different of [1, 1_000, Number.MAX_SAFE_INTEGER]) {
      let looks = 0;
      const values = Float64Array.from(
        { length: parts * SORTED_AT_ONCE + more },
        (_, i) => (Math.imul(i, 0x9e3779b1) >>> 0) % different,
      );
      check(values, () => looks++);
      assert.ok(looks >= 2 * (parts - 1), `${looks} looks`);
    }
  }
  const many = new Float64Array(3 * SORTED_AT_ONCE);
  for (const looksMax of [0, 3, 5]) {
    let looks = 0;
    const look = (): void => {
      if (++looks > looksMax) throw new Error('enough');
    };
    assert.throws(() => countDistinct(many, many.slice(), look), /enough/);
  }
});
