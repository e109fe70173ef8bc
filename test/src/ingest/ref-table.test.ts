import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RejectCode } from '../../../protocol/index.js';
import { RefTable } from '../../../src/ingest/ref-table.js';

const UNBOUND = -RejectCode.unknownRef;

test('get() answers unknown_ref, negated, for a ref that nothing bound', () => {
  const table = new RefTable();
  for (const ref of [0, 255, 256, 70_000, 2 ** 32 - 1]) assert.equal(table.get(ref), UNBOUND);
});

test('bind() keeps the last series of a ref, and a reject reason in its place', () => {
  const table = new RefTable();
  for (const ref of [3, 1_000, 2 ** 32 - 1]) {
    table.bind(ref, 7);
    table.bind(ref, 8);
    assert.equal(table.get(ref), 8);
    table.bind(ref, -RejectCode.labelTooLong);
    assert.equal(table.get(ref), -RejectCode.labelTooLong);
  }
});

test('bind() keeps memory in proportion to what was bound when refs are hashes', () => {
  const table = new RefTable();
  for (let i = 1; i <= 1_000; i++) table.bind((i * 2_654_435_761) % 2 ** 32, i);
  assert.ok(table.dense.length <= 1 << 16, `${table.dense.length} entries`);
  for (let i = 1; i <= 1_000; i++) assert.equal(table.get((i * 2_654_435_761) % 2 ** 32), i);
});

test('bind() keeps refs in the array when they count up, from wherever', () => {
  const check = (first: number) => {
    const table = new RefTable();
    for (let i = 0; i < 200_000; i++) table.bind(first + i, i);
    assert.ok(table.dense.length >= first + 200_000);
    for (let i = 0; i < 200_000; i += 997) assert.equal(table.dense[first + i], i);
  };
  check(0);
  check(1);
  check(60_000);
});

test('a table is a Map of refs for any of them in any order', () => {
  const ref = fc.oneof(
    fc.nat(300),
    fc.nat(70_000),
    fc.integer({ min: 65_000, max: 66_000 }),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(ref, fc.integer({ min: -11, max: 2 ** 30 - 1 })), { maxLength: 200 }),
      (binds) => {
        const table = new RefTable();
        const model = new Map<number, number>();
        for (const [r, series] of binds) {
          table.bind(r, series);
          model.set(r, series);
        }
        for (const [r, series] of model) {
          assert.equal(table.get(r), series);
          // Hot loops look into the array themselves first.
          if (r < table.dense.length) assert.equal(table.dense[r], series);
          if (!model.has(r + 1)) assert.equal(table.get(r + 1), UNBOUND);
        }
      },
    ),
    { numRuns: 200 },
  );
});
