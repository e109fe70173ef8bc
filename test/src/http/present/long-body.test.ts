import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { ITEMS_AT_ONCE } from '../../../../src/http/limits.js';
import { JsonBytes } from '../../../../src/http/present/json-bytes.js';
import { isLong, withMember, writeLongBody } from '../../../../src/http/present/long-body.js';

const out = new JsonBytes();

function check(body: object): void {
  writeLongBody(body, 'json', out);
  assert.equal(Buffer.from(out.take()).toString(), JSON.stringify(body));
  writeLongBody(body, 'msgpack', out);
  // Node's and the encoder's arrays differ by their class alone.
  assert.deepEqual(Buffer.from(out.take()), Buffer.from(encode(body)));
}

const plain = fc.oneof(
  fc.constantFrom(null, true, 0, -1.5, 'ä"', '', undefined),
  fc.dictionary(fc.string({ maxLength: 3 }), fc.constantFrom('a', 1, null), { maxKeys: 3 }),
);
/** Lists about as long as a part, and short ones. */
const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc
    .tuple(
      fc.constantFrom(0, 1, 2, ITEMS_AT_ONCE, ITEMS_AT_ONCE + 1, 2 * ITEMS_AT_ONCE + 3),
      fc.array(item, { minLength: 1 }),
    )
    .map(([length, items]) => Array.from({ length }, (_, i) => items[i % items.length]!));
const nested = list(fc.oneof(plain, list(plain), fc.record({ values: list(plain), name: plain })));

test('writeLongBody() writes what JSON.stringify and encode do, however long its lists are and how deep they lie', () => {
  fc.assert(
    fc.property(fc.record({ head: plain, data: nested, more: fc.record({ inner: nested }) }), check),
    { numRuns: 300 },
  );
});

test('writeLongBody() writes lists and maps of every size', () => {
  for (const length of [15, 16, 17, 127, 128, 129, 143, 144, 145, 65_535, 65_536, 70_000]) {
    check({ data: Array.from({ length }, (_, i) => i) });
    check({ data: Array.from({ length: Math.min(length, 2_000) }, () => new Array<number>(129).fill(1)) });
  }
  for (const members of [15, 16, 40]) {
    const names = Array.from({ length: members }, (_, i) => [`m${i}`, i] as const);
    check({ ...Object.fromEntries(names), data: new Array<number>(1_000).fill(7) });
  }
});

test('isLong() finds a long list at any depth', () => {
  const long = new Array<number>(ITEMS_AT_ONCE + 1).fill(0);
  for (const body of [{ data: long }, { groups: [{ a: 1 }, { a: { rows: long } }] }]) assert.ok(isLong(body));
  for (const body of [{}, { data: long.slice(1) }, { groups: [{ rows: long.slice(1) }, null] }]) {
    assert.ok(!isLong(body));
  }
});

test('withMember() adds a member to a map of any size', () => {
  for (const members of [0, 1, 14, 15, 16, 300, 65_535, 65_536]) {
    const body = Object.fromEntries(Array.from({ length: members }, (_, i) => [`m${i}`, [i]]));
    const trace = { ms: 1.5, parts: ['a'] };
    assert.deepEqual(decode(withMember(encode(body), 'trace', trace)), { ...body, trace });
  }
});
