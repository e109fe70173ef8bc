import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LINES_AT_ONCE } from '../../../src/query/limits.js';
import type { ShardSelection } from '../../../src/query/selection.js';
import { eachBySlot } from '../../../src/query/slot-order.js';

/** The numbers of the selected series, by group. */
type Numbers = readonly (readonly number[])[];

/** Checks that each place is visited once, with its group, and that numbers fall back no further than a round is long. */
function check(numbers: Numbers): void {
  const flat = numbers.flat();
  const items = Uint32Array.from(flat, (_, place) => place);
  const index = { numberOf: (id: number): number => flat[id]! };
  const selected = { ids: { items, length: flat.length }, view: { index } } as unknown as ShardSelection;
  let from = 0;
  const groups = numbers.map(({ length }, local) => ({ local, from, to: (from += length) }));
  const span = Math.max(...flat) - Math.min(...flat) + 1;
  const round = Math.ceil((Math.max(LINES_AT_ONCE, groups.length) * span) / flat.length);
  const seen: number[] = [];
  let highest = 0;
  eachBySlot(selected, groups, (place, group) => {
    assert.ok(place >= groups[group]!.from && place < groups[group]!.to, 'a place of another group');
    assert.ok(flat[place]! > highest - round, 'a number from far behind');
    highest = Math.max(highest, flat[place]!);
    seen.push(place);
  });
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    [...items],
  );
}

const group = fc
  .uniqueArray(fc.oneof(fc.nat(40), fc.nat(100_000)), { minLength: 1, maxLength: 60 })
  .map((numbers) => numbers.sort((a, b) => a - b));

test('eachBySlot() visits each place once, those of low numbers first', () => {
  check([[0]]);
  check([[5], [5], [900_000]]);
  // More groups than series that are looked at together, as of all metrics of a large folder.
  check(Array.from({ length: 300 }, (_, i) => [i % 7, 10 + (i % 3)]));
  const thousand = Array.from({ length: 1_000 }, (_, i) => i);
  check([thousand, thousand, thousand]);
  fc.assert(fc.property(fc.array(group, { minLength: 1, maxLength: 20 }), check));
});
