import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type AnswerCoding, chooseCoding, encodeAnswer } from '../../../src/http/answer-coding.js';
import { CODED_ANSWER_BYTES_MIN } from '../../../src/http/limits.js';
import { EdgeFixture, NOW_MS } from './edge-fixture.js';

test('chooseCoding() takes the coding of the highest weight', () => {
  const check = (header: string, coding: AnswerCoding | undefined): void =>
    assert.equal(chooseCoding(header), coding, header);
  check('', undefined);
  check('gzip, deflate, br', 'br');
  check('gzip', 'gzip');
  check('gzip;q=0.8, br;q=0.2', 'gzip');
  check('GZIP;Q=0.5', 'gzip');
  check('br;q=0, gzip;q=0', undefined);
  check('*', 'br');
  check('*;q=0.1, gzip', 'gzip');
  check('identity', undefined);
  check('identity;q=1, br;q=0.5', undefined);
  check('zstd, deflate', undefined);
  check(';;,q=,', undefined);
});

test('encodeAnswer() leaves alone what is short or does not shrink', () => {
  const text = Buffer.from('{"value":1}'.repeat(1_000));
  assert.deepEqual(brotliDecompressSync(encodeAnswer(text, 'br')!), text);
  assert.deepEqual(gunzipSync(encodeAnswer(text, 'gzip')!), text);
  assert.equal(encodeAnswer(text.subarray(0, CODED_ANSWER_BYTES_MIN - 1), 'gzip'), undefined);
  const noise = Buffer.concat(
    Array.from({ length: 300 }, (_, i) => createHash('sha256').update(String(i)).digest()),
  );
  assert.equal(encodeAnswer(noise, 'gzip'), undefined);
});

test('long answers are compressed for clients that take it', async (t) => {
  const edge = await EdgeFixture.start(t);
  const series = edge.engine.resolve('m', { host: 'h' });
  for (let i = 0; i < 1_000; i++) edge.engine.points.push({ series, value: i, timeMs: NOW_MS - 1_000 + i });
  const plain = await edge.call('/query/raw?metric_name=m', { headers: { 'Accept-Encoding': 'identity' } });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers['vary'], 'Accept, Accept-Encoding');
  for (const coding of ['br', 'gzip']) {
    // fetch decodes by itself, and keeps the header.
    const reply = await edge.call('/query/raw?metric_name=m', { headers: { 'Accept-Encoding': coding } });
    assert.equal(reply.headers['content-encoding'], coding);
    assert.ok(Number(reply.headers['content-length']) < plain.bytes.length / 4);
    assert.deepEqual(reply.json, plain.json);
    const stream = await edge.call('/query/raw?metric_name=m&format=ndjson', {
      headers: { 'Accept-Encoding': coding },
    });
    assert.equal(stream.headers['content-encoding'], coding);
    assert.equal(stream.text.trimEnd().split('\n').length, 1_000);
    const few = await edge.call('/query/raw?metric_name=m&format=ndjson&limit=10', {
      headers: { 'Accept-Encoding': coding },
    });
    assert.equal(few.text.trimEnd().split('\n').length, 10);
  }
  const short = await edge.call('/metrics/names', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(short.headers['content-encoding'], undefined);
});
