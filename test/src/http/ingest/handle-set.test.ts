import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HandleSet } from '../../../../src/http/ingest/handle-set.js';

/** Near each other, on the edges of pages and words, and anywhere. */
const handle = fc.oneof(
  fc.nat(70),
  fc.constantFrom(31, 32, 32_767, 32_768, 65_535, 2 ** 30 - 1, 2 ** 31 - 1),
  fc.nat(2 ** 31 - 1),
);

test('size is how many different handles were added, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(handle), (handles) => {
      const set = new HandleSet();
      for (const each of handles) set.add(each);
      assert.equal(set.size, new Set(handles).size);
    }),
  );
});

test('addAll() makes a set that has what either had', () => {
  fc.assert(
    fc.property(fc.array(handle), fc.array(handle), (ours, theirs) => {
      const [set, other] = [new HandleSet(), new HandleSet()];
      for (const each of ours) set.add(each);
      for (const each of theirs) other.add(each);
      set.addAll(other);
      assert.equal(set.size, new Set([...ours, ...theirs]).size);
      for (const each of [...ours, ...theirs]) set.add(each);
      assert.equal(set.size, new Set([...ours, ...theirs]).size);
    }),
  );
});

test('clear() leaves an empty set', () => {
  const set = new HandleSet();
  set.add(5);
  set.clear();
  assert.equal(set.size, 0);
  set.add(5);
  assert.equal(set.size, 1);
});
