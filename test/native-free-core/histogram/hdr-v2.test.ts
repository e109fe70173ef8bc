import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import type * as Hdr from 'hdr-histogram-js';
import { BUCKET_RELATIVE_ERROR } from '../../../native-free-core/histogram/bucket.js';
import {
  decodeHdrV2Into,
  encodeHdrV2Into,
  HDR_MALFORMED,
  HDR_OUT_OF_RANGE,
  type HdrShape,
  hdrV2BytesMax,
} from '../../../native-free-core/histogram/hdr-v2.js';
import { NORMALIZING_OFFSET, RATIO_OFFSET } from '../../../native-free-core/histogram/hdr-v2-layout.js';
import { nearestRank } from '../../../native-free-core/histogram/nearest-rank.js';
import { Sketch } from '../../../native-free-core/histogram/sketch.js';
import { gaussian, seeded } from '../cell/numbers.js';
import { readVectors } from '../cell/vectors.js';

const hdr = createRequire(import.meta.url)('hdr-histogram-js') as typeof Hdr;

const SHAPE: HdrShape = { significantDigits: 3, highestTrackable: 3_600_000_000, unit: 1 };
const COMPRESSED_COOKIE = 0x1c84_9314;

function sketchOf(values: number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

function ours(sketch: Sketch, shape: HdrShape): Uint8Array {
  const out = new Uint8Array(hdrV2BytesMax(sketch) + 3);
  const end = encodeHdrV2Into(sketch, shape, out, 3);
  assert.ok(end > 3);
  return out.slice(3, end);
}

/** The payload as hdr-histogram-js writes it: it only offers the compressed form in base64. */
function theirs(values: number[], shape: HdrShape): Uint8Array {
  const histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: shape.highestTrackable,
    numberOfSignificantValueDigits: shape.significantDigits as 1 | 2 | 3 | 4 | 5,
    bitBucketSize: 'packed',
    useWebAssembly: false,
  });
  for (const value of values) histogram.recordValue(value);
  return inner(hdr.encodeIntoCompressedBase64(histogram));
}

function inner(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  assert.equal(bytes.readUInt32BE(0), COMPRESSED_COOKIE);
  return inflateSync(bytes.subarray(8, 8 + bytes.readUInt32BE(4)));
}

/** The envelope of the doc comment of hdr-v2.ts. */
function envelope(payload: Uint8Array): string {
  const deflated = deflateSync(payload);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(COMPRESSED_COOKIE, 0);
  head.writeUInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString('base64');
}

/** hdr-histogram-js writes two fields that it ignores otherwise than the reference does; see hdr-v2.ts. */
function withoutIgnored(bytes: Uint8Array): string {
  const copy = Uint8Array.from(bytes);
  copy.fill(0, NORMALIZING_OFFSET, NORMALIZING_OFFSET + 4);
  copy.fill(0, RATIO_OFFSET, RATIO_OFFSET + 8);
  return Buffer.from(copy).toString('hex');
}

test('encodeHdrV2Into() writes the bytes of hdr-histogram-js when integers are below 200', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(199), { maxLength: 200 }),
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom(2 ** 10, 3_600_000_000, 2 ** 52),
      (values, significantDigits, highestTrackable) => {
        const shape = { significantDigits, highestTrackable, unit: 1 };
        assert.equal(withoutIgnored(ours(sketchOf(values), shape)), withoutIgnored(theirs(values, shape)));
      },
    ),
    { numRuns: 150 },
  );
});

test('encodeHdrV2Into() writes what hdr-histogram-js reads and writes again as the same bytes', () => {
  const random = seeded(3);
  const values = Array.from({ length: 5000 }, () => Math.exp(2 * gaussian(random) + 9));
  const payload = ours(sketchOf(values), SHAPE);
  const decoded = hdr.decodeFromCompressedBase64(envelope(payload));
  assert.equal(decoded.totalCount, 5000);
  assert.equal(withoutIgnored(inner(hdr.encodeIntoCompressedBase64(decoded))), withoutIgnored(payload));
  const sorted = [...values].sort((a, b) => a - b);
  for (const percent of [1, 10, 50, 90, 99, 99.9]) {
    const exact = sorted[nearestRank(percent, 5000) - 1]!;
    // Ours is within BUCKET_RELATIVE_ERROR, theirs within 1/1000 and an integer.
    const bound = exact * (BUCKET_RELATIVE_ERROR + 1 / 1000) + 1;
    assert.ok(Math.abs(decoded.getValueAtPercentile(percent) - exact) <= bound, `p${percent}`);
  }
});

test('decodeHdrV2Into() finds the quantiles of hdr-histogram-js when it wrote them', () => {
  const random = seeded(5);
  const values = Array.from({ length: 5000 }, () => Math.floor(Math.exp(2 * gaussian(random) + 9)));
  const bytes = theirs(values, SHAPE);
  const sketch = new Sketch();
  assert.equal(decodeHdrV2Into(bytes, 0, bytes.length, sketch), bytes.length);
  assert.equal(sketch.count, 5000);
  const sorted = [...values].sort((a, b) => a - b);
  for (const percent of [1, 10, 50, 90, 99, 99.9]) {
    const exact = sorted[nearestRank(percent, 5000) - 1]!;
    assert.ok(
      Math.abs(sketch.quantile(percent) - exact) <= exact * (BUCKET_RELATIVE_ERROR + 1 / 1000),
      `p${percent}`,
    );
  }
});

test('decodeHdrV2Into() reads back what encodeHdrV2Into() wrote when the unit is a fraction', () => {
  const shape = { significantDigits: 5, highestTrackable: 2 ** 50, unit: 0.001 };
  const values = [0, 0.5, 1.25, 17.125, 250.5, 1e6];
  const bytes = ours(sketchOf(values), shape);
  const sketch = new Sketch();
  assert.equal(decodeHdrV2Into(bytes, 0, bytes.length, sketch), bytes.length);
  assert.equal(sketch.count, values.length);
  values.forEach((value, i) => {
    const read = sketch.quantile(((i + 1) / values.length) * 100);
    assert.ok(Math.abs(read - value) <= value / 64 + 0.0005, `${read} for ${value}`);
  });
});

test('encodeHdrV2Into() answers HDR_OUT_OF_RANGE when a value has no place', () => {
  const check = (value: number) => {
    const sketch = sketchOf([1, value]);
    assert.equal(encodeHdrV2Into(sketch, SHAPE, new Uint8Array(hdrV2BytesMax(sketch)), 0), HDR_OUT_OF_RANGE);
  };
  check(-0.001);
  check(3_700_000_000);
  assert.throws(
    () => encodeHdrV2Into(new Sketch(), { ...SHAPE, significantDigits: 6 }, new Uint8Array(40), 0),
    /BUG/,
  );
});

test('decodeHdrV2Into() answers HDR_MALFORMED and leaves the sketch when bytes are broken', () => {
  const bytes = ours(sketchOf([1, 2, 300, 5000, 5001]), SHAPE);
  const check = (at: number, value: number) => {
    const broken = Uint8Array.from(bytes);
    broken[at] = value;
    const sketch = sketchOf([7]);
    assert.equal(decodeHdrV2Into(broken, 0, broken.length, sketch), HDR_MALFORMED, `byte ${at}`);
    assert.equal(sketch.count, 1);
  };
  check(0, 0x1d);
  check(7, 200);
  check(11, 7);
  check(15, 6);
  check(32, 0xff);
  for (let end = 0; end < bytes.length; end++) {
    assert.equal(decodeHdrV2Into(bytes, 0, end, new Sketch()), HDR_MALFORMED);
  }
});

test('decodeHdrV2Into() takes any bytes when they are mutated', () => {
  const bytes = ours(sketchOf([1, 2, 300, 5000, 5001]), SHAPE);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
      const mutated = Uint8Array.from(bytes);
      for (const [at, value] of changes) mutated[at] = value;
      const sketch = new Sketch();
      const end = decodeHdrV2Into(mutated, 0, mutated.length, sketch);
      assert.ok(end === HDR_MALFORMED ? sketch.count === 0 : end <= mutated.length);
    }),
    { numRuns: 1000 },
  );
});

test('encodeHdrV2Into() writes the golden bytes when the values are those of hdr-v2.json', () => {
  interface Vector {
    name: string;
    shape: HdrShape;
    values: number[];
    hex: string;
  }
  const vectors = readVectors<Vector[]>('hdr-v2.json');
  assert.ok(vectors.length >= 4);
  for (const { name, shape, values, hex } of vectors) {
    assert.equal(Buffer.from(ours(sketchOf(values), shape)).toString('hex'), hex, name);
  }
});
