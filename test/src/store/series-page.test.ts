import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SERIES_PAGE_LENGTH } from '../../../native-free-core/limits.js';
import { forEachSeries, pageOfNumber, SeriesPageBuilder } from '../../../src/store/series-page.js';

interface Series {
  number: number;
  hash: Uint8Array;
  key: Uint8Array;
}

function add(builder: SeriesPageBuilder, { number, hash, key }: Series): void {
  // As in a ring's entry: the hash somewhere, the key behind it.
  const source = new Uint8Array(24 + key.length);
  source.set(hash, 4);
  source.set(key, 22);
  builder.add(number, source, 4, 22, key.length);
}

/** The series of a page in order; undefined when it is damaged. */
function read(value: Uint8Array, page: number): Series[] | undefined {
  const found: Series[] = [];
  const isWhole = forEachSeries(value, page, (number, hashOffset, keyOffset, keyBytes) => {
    found.push({
      number,
      hash: value.slice(hashOffset, hashOffset + 16),
      key: value.slice(keyOffset, keyOffset + keyBytes),
    });
  });
  assert.ok(isWhole || found.length === 0);
  return isWhole ? found : undefined;
}

const seriesOf = (page: number): fc.Arbitrary<Series[]> =>
  fc.uniqueArray(
    fc.record(
      {
        number: fc.nat(SERIES_PAGE_LENGTH - 1).map((n) => page * SERIES_PAGE_LENGTH + n),
        hash: fc.uint8Array({ minLength: 16, maxLength: 16 }),
        key: fc.uint8Array({ maxLength: 300 }),
      },
      { noNullPrototype: true },
    ),
    { maxLength: 60, selector: ({ number }) => number },
  );

test('pageOfNumber() puts 256 numbers into a page', () => {
  assert.deepEqual([0, 255, 256, 511, 512].map(pageOfNumber), [0, 0, 1, 1, 2]);
});

test('a page gives back its series in order of arrival, also when it is stored after each of them', () => {
  fc.assert(
    fc.property(seriesOf(3), fc.nat(60), (series, storedAfter) => {
      let builder = new SeriesPageBuilder();
      series.forEach((each, i) => {
        if (i === storedAfter) builder = new SeriesPageBuilder(builder.seal().slice());
        add(builder, each);
      });
      assert.deepEqual(read(builder.seal(), 3), series);
      // Sealing again, as for the next transaction, changes nothing.
      assert.deepEqual(read(builder.seal(), 3), series);
    }),
    { numRuns: 200 },
  );
});

test('an empty page is whole', () => {
  assert.deepEqual(read(new SeriesPageBuilder().seal(), 0), []);
});

test('forEachSeries() reads a page wherever its bytes lie', () => {
  const builder = new SeriesPageBuilder();
  const series = { number: 1, hash: new Uint8Array(16).fill(7), key: Uint8Array.of(1, 2, 3) };
  add(builder, series);
  const value = builder.seal();
  const moved = new Uint8Array(value.length + 5);
  moved.set(value, 5);
  assert.deepEqual(read(moved.subarray(5), 0), [series]);
});

test('forEachSeries() finds every flipped bit and every cut, and visits nothing then', () => {
  const builder = new SeriesPageBuilder();
  add(builder, { number: 0, hash: new Uint8Array(16).fill(3), key: Uint8Array.of(1) });
  add(builder, { number: 1, hash: new Uint8Array(16).fill(4), key: Uint8Array.of(2, 3) });
  const value = builder.seal();
  for (let bit = 0; bit < value.length * 8; bit++) {
    const flipped = value.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(read(flipped, 0), undefined, `bit ${bit}`);
  }
  for (let length = 0; length < value.length; length++) {
    assert.equal(read(value.slice(0, length), 0), undefined, `${length} bytes`);
  }
});
