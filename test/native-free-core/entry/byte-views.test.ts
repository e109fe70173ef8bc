import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteViews } from '../../../native-free-core/entry/byte-views.js';

test('grown() answers the same views when they are large enough', () => {
  const views = new ByteViews(64);
  assert.equal(views.grown(64), views);
  assert.equal(views.grown(1), views);
});

test('grown() keeps what was written and rounds up to a power of two when they are too small', () => {
  const views = new ByteViews(64);
  views.u32.set([1, 2, 3]);
  const larger = views.grown(65);
  assert.equal(larger.u8.length, 128);
  assert.deepEqual([...larger.u32.subarray(0, 4)], [1, 2, 3, 0]);
  // Every width looks at the same bytes.
  larger.f64[1] = -0.5;
  assert.equal(larger.u16[7], 0xbfe0);
  assert.equal(larger.i8[15], -65);
  assert.equal(larger.f32.length, 32);
});
