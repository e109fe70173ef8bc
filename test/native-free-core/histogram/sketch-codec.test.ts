import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketIndex } from '../../../native-free-core/histogram/bucket.js';
import { Sketch } from '../../../native-free-core/histogram/sketch.js';
import {
  decodeSketchInto,
  encodeSketchInto,
  SKETCH_MALFORMED,
  sketchBytesMax,
} from '../../../native-free-core/histogram/sketch-codec.js';
import { gaussian, seeded } from '../cell/numbers.js';
import { readVectors } from '../cell/vectors.js';

function encode(sketch: Sketch): Uint8Array {
  const out = new Uint8Array(sketchBytesMax(sketch));
  return out.slice(0, encodeSketchInto(sketch, out, 0));
}

function fill(values: Iterable<number>): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

test('encodeSketchInto() takes a few bytes when a minute has 6 points', () => {
  const check = (values: number[], bytes: number) => assert.equal(encode(fill(values)).length, bytes);
  check([], 1);
  check([50], 4);
  check([50, 50, 50, 50, 50, 50], 5);
  check([50, 51, 52, 52, 51, 50], 6);
  check([-3, 0, 1e-9, 7, 1e9, 1e15], 15);
});

test('encodeSketchInto() is within 9 % of the entropy when 1,000 log-normal values make a sketch', () => {
  const random = seeded(7);
  let bytes = 0;
  for (let row = 0; row < 50; row++) {
    const sketch = new Sketch();
    for (let i = 0; i < 1000; i++) sketch.add(Math.exp(1.2 * gaussian(random) + 3));
    bytes += encode(sketch).length;
  }
  // The entropy of the counts under the true density is 197 bytes; the count, the place and the range take 7.
  assert.ok(bytes / 50 <= 197 * 1.09 + 7, `${bytes / 50} bytes`);
});

test('decodeSketchInto() answers SKETCH_MALFORMED and an empty sketch when bytes are cut off', () => {
  const bytes = encode(fill([1, 5, 9, 9, 400, -7]));
  const sketch = new Sketch();
  for (let end = 0; end < bytes.length; end++) {
    assert.equal(decodeSketchInto(bytes, 0, end, sketch), SKETCH_MALFORMED, `${end} bytes`);
    assert.equal(sketch.length, 0);
  }
  assert.equal(decodeSketchInto(bytes, 0, bytes.length, sketch), bytes.length);
});

test('decodeSketchInto() refuses when the first bucket or the range is out of bounds', () => {
  const refuse = (...bytes: number[]) => {
    const sketch = fill([1]);
    assert.equal(decodeSketchInto(Uint8Array.from(bytes), 0, bytes.length, sketch), SKETCH_MALFORMED);
    assert.equal(sketch.count, 0);
  };
  refuse(1, 0xff, 0xff, 0x7f);
  refuse(2, 0, 0xff, 0xff, 0x7f);
  refuse(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0);
});

test('encodeSketchInto() writes the golden bytes when the sketches are those of cell-sketch.json', () => {
  const vectors =
    readVectors<{ name: string; values: [number, number][]; hex: string }[]>('cell-sketch.json');
  assert.ok(vectors.length >= 5);
  for (const { name, values, hex } of vectors) {
    const sketch = new Sketch();
    for (const [value, times] of values) sketch.addBucket(bucketIndex(value), times);
    assert.equal(Buffer.from(encode(sketch)).toString('hex'), hex, name);
  }
});
