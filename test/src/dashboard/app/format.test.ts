import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

const { scaleText, valueText, labelsText } = await loadPageModule<{
  scaleText(value: number, step: number): string;
  valueText(value: number | null | undefined): string;
  labelsText(labels: Record<string, string>): string;
}>('ui/format.ts');

function check(values: readonly number[], expected: readonly string[]): void {
  test(`scaleText() tells ${values.join(', ')} apart`, () => {
    const step = values[1]! - values[0]!;
    const texts = values.map((value) => scaleText(value, step));
    assert.deepEqual(texts, expected);
    assert.equal(new Set(texts).size, values.length);
  });
}

check([0, 0.25, 0.5], ['0', '0.25', '0.5']);
check([-20, 0, 20], ['-20', '0', '20']);
check([100_000.1, 100_000.2], ['100,000.1', '100,000.2']);
check([12_345_000, 12_346_000], ['12.345M', '12.346M']);
check([1e12, 2e12], ['1T', '2T']);
check([0.000_01, 0.000_02], ['1.0e-5', '2.0e-5']);

test('valueText() has five digits, a suffix for large values, an exponent for tiny ones, a dash for none', () => {
  assert.deepEqual([1.234567, 98_765_432, 0.000_012_3, null, undefined, -0.5].map(valueText), [
    '1.2346',
    '98.77M',
    '1.23e-5',
    '–',
    '–',
    '-0.5',
  ]);
});

test('labelsText() has labels in the order of their names, and says so where there are none', () => {
  assert.equal(labelsText({ zone: 'b', host: 'a' }), 'host=a, zone=b');
  assert.equal(labelsText({}), 'all series');
});
