import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryAnswer } from '../../../src/http/ports.js';
import { AnswerCache } from '../../../src/query/answer-cache.js';

const answerOf = (bytes: number): QueryAnswer => ({
  body: new Uint8Array(bytes),
  coding: undefined,
  rows: 1,
  nextCursor: undefined,
});
const sizes = (cache: AnswerCache<unknown>): number[] => [cache.entries, cache.bytes];
const yes = (): boolean => true;
const bounds = { bytesMax: 10_000, entryBytesMax: 4_000, ageMsMax: 1_000 };

test('get() gives an answer while the versions are those that it was put with', () => {
  const cache = new AnswerCache<readonly number[]>(bounds);
  const answer = answerOf(100);
  cache.put('a', answer, [1, 7], 0);
  let versions = [1, 7];
  const isCurrent = (kept: readonly number[]): boolean => kept.every((each, at) => each === versions[at]);
  assert.equal(cache.get('a', isCurrent, 10), answer);
  assert.equal(cache.get('b', isCurrent, 10), undefined);
  versions = [1, 8];
  assert.equal(cache.get('a', isCurrent, 10), undefined);
  assert.deepEqual(sizes(cache), [0, 0]);
});

test('get() gives nothing that is older than its bound', () => {
  const cache = new AnswerCache<readonly number[]>(bounds);
  cache.put('a', answerOf(100), [], 0);
  assert.ok(cache.get('a', yes, 1_000) !== undefined);
  assert.equal(cache.get('a', yes, 1_001), undefined);
});

test('put() lets the least recently used go, and takes nothing that is too large', () => {
  const cache = new AnswerCache<readonly number[]>(bounds);
  cache.put('large', answerOf(4_000), [], 0);
  assert.deepEqual(sizes(cache), [0, 0]);
  for (const key of ['a', 'b', 'c']) cache.put(key, answerOf(2_700), [], 0);
  assert.ok(cache.get('a', yes, 0) !== undefined);
  cache.put('d', answerOf(2_700), [], 0);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => cache.get(key, yes, 0) !== undefined),
    [true, false, true, true],
  );
  cache.put('a', answerOf(10), [], 0);
  const [entries, bytes] = sizes(cache);
  assert.ok(bytes! <= bounds.bytesMax && entries === 3, `${entries} entries of ${bytes} bytes`);
  for (const key of ['a', 'c', 'd']) cache.get(key, () => false, 0);
  assert.deepEqual(sizes(cache), [0, 0]);
});
