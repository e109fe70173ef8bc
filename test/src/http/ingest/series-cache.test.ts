import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeriesCache } from '../../../../src/http/ingest/series-cache.js';
import { SERIES_CACHE_PROBES } from '../../../../src/http/limits.js';

const bytesOf = (name: string, labels: string): Uint8Array => new TextEncoder().encode(name + labels);

function find(cache: SeriesCache, name: string, labels: string, hash: number): number {
  return cache.find(bytesOf(name, labels), 0, name.length, name.length, name.length + labels.length, hash);
}

function insert(cache: SeriesCache, name: string, labels: string, hash: number, handle: number): void {
  cache.insert(bytesOf(name, labels), 0, name.length, name.length, name.length + labels.length, hash, handle);
}

test('find() tells series apart when their hashes are equal', () => {
  const cache = new SeriesCache();
  insert(cache, 'ab', 'c', 7, 1);
  insert(cache, 'a', 'bc', 7, 2);
  insert(cache, 'ax', 'c', 7, 3);
  assert.equal(find(cache, 'ab', 'c', 7), 1);
  assert.equal(find(cache, 'a', 'bc', 7), 2);
  assert.equal(find(cache, 'ax', 'c', 7), 3);
  assert.equal(find(cache, 'ay', 'c', 7), -1);
  assert.equal(find(cache, 'ab', 'd', 7), -1);
  assert.equal(find(cache, 'ab', 'c', -7), -1);
});

test('insert() bounds a chain when names are made to collide', () => {
  const cache = new SeriesCache();
  for (let i = 0; i < SERIES_CACHE_PROBES * 3; i++) insert(cache, `n${i}`, '', 99, i);
  assert.equal(cache.size, SERIES_CACHE_PROBES);
  assert.equal(find(cache, 'n3', '', 99), 3);
  assert.equal(find(cache, `n${SERIES_CACHE_PROBES + 1}`, '', 99), -1);
});

test('insert() starts over when the cache is full', () => {
  const cache = new SeriesCache(100);
  for (let i = 0; i < 100; i++) insert(cache, `n${i}`, '', i, i);
  assert.equal(cache.size, 100);
  insert(cache, 'next', '', 5, 42);
  assert.equal(cache.size, 1);
  assert.equal(find(cache, 'next', '', 5), 42);
  assert.equal(find(cache, 'n5', '', 5), -1);
});
