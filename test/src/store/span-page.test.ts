import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SERIES_PAGE_LENGTH } from '../../../native-free-core/limits.js';
import { sealEnvelope } from '../../../src/store/envelope.js';
import { forEachSpan, SpanPage } from '../../../src/store/span-page.js';
import { TABLE_SPAN } from '../../../src/store/store-layout.js';

type Span = [number: number, oldestMs: number, newestMs: number, newestValue: number];

function read(value: Uint8Array, page: number): Span[] | undefined {
  const found: Span[] = [];
  return forEachSpan(value, page, (...span) => found.push(span)) ? found : undefined;
}

test('a page gives back the spans that were set and nothing of what it was used for before', () => {
  const value = fc.double({ noNaN: true });
  const spans = fc.uniqueArray(fc.tuple(fc.nat(SERIES_PAGE_LENGTH - 1), value, value, value), {
    selector: ([number]) => number,
  });
  const page = new SpanPage();
  fc.assert(
    fc.property(spans, (list) => {
      page.clear();
      for (const span of list) page.set(...span);
      const expected = [...list].sort((a, b) => a[0] - b[0]).map(([n, ...rest]) => [n + 1_024, ...rest]);
      assert.deepEqual(read(page.seal(), 4), expected);
    }),
    { numRuns: 200 },
  );
});

test('forEachSpan() finds every flipped bit and a value of another length', () => {
  const page = new SpanPage();
  page.clear();
  page.set(0, 1, 2, 3);
  const value = page.seal();
  for (let bit = 0; bit < value.length * 8; bit += 5) {
    const flipped = value.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(read(flipped, 0), undefined, `bit ${bit}`);
  }
  const short = value.slice(0, value.length - 24);
  sealEnvelope(short, TABLE_SPAN);
  assert.equal(read(short, 0), undefined);
});
