import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DATA_OFFSET,
  ringMemoryBytes,
  WORD_BASE,
  WORD_COMMITTED,
  WORD_HIGHEST,
  WORD_NOTIFIED,
  WORD_PUBLISHED,
  WORD_SLEEPING,
  WORD_STOP,
  WORD_TAKEN,
} from '../../../native-free-core/ring/ring-layout.js';

test('the words of a ring lie 128 bytes apart, so that no two of them share a pair of cache lines', () => {
  const words = [
    WORD_PUBLISHED,
    WORD_TAKEN,
    WORD_COMMITTED,
    WORD_SLEEPING,
    WORD_STOP,
    WORD_NOTIFIED,
    WORD_HIGHEST,
    WORD_BASE,
  ];
  assert.deepEqual(
    words.map((word) => word * 4),
    [0, 128, 256, 384, 512, 640, 768, 896],
  );
  assert.ok(DATA_OFFSET >= WORD_BASE * 4 + 128);
});

test('ringMemoryBytes() asserts when the data is no power of two or too small', () => {
  const check = (bytes: number) => assert.throws(() => ringMemoryBytes(bytes), /BUG/);
  check(0);
  check(2_048);
  check(4_097);
  check(12_288);
  assert.equal(ringMemoryBytes(4_096), 5_120);
});
