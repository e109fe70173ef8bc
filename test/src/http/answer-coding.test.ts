import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { ANSWER_SHAPES } from '../../../bench/micro/src/http/answer-shapes.js';
import { type AnswerCoding, chooseCoding, encodeAnswer } from '../../../src/http/answer-coding.js';
import {
  BROTLI_ANSWER_BYTES_MAX,
  CODED_ANSWER_BYTES_MIN,
  CODED_AT_ONCE,
  RAW_PAGE_POINTS,
} from '../../../src/http/limits.js';
import { StreamCoder } from '../../../src/http/stream-coder.js';
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
  assert.deepEqual(brotliDecompressSync(encodeAnswer(text, 'br', true)!), text);
  assert.deepEqual(gunzipSync(encodeAnswer(text, 'gzip', true)!), text);
  assert.equal(encodeAnswer(text.subarray(0, CODED_ANSWER_BYTES_MIN - 1), 'gzip', true), undefined);
  const noise = Buffer.concat(
    Array.from({ length: 300 }, (_, i) => createHash('sha256').update(String(i)).digest()),
  );
  assert.equal(encodeAnswer(noise, 'gzip', false), undefined);
});

test('encodeAnswer() encodes long answers in parts, between which it can be ended', () => {
  const long = Buffer.concat(
    Array.from({ length: 60_000 }, (_, i) => Buffer.from(`{"timestamp":${i * 1_000},"value":${i % 977}},`)),
  );
  for (const bytes of [CODED_AT_ONCE, CODED_AT_ONCE + 1, 2 * CODED_AT_ONCE, long.length]) {
    const body = long.subarray(0, bytes);
    let looks = 0;
    const encoded = encodeAnswer(body, 'gzip', true, () => looks++)!;
    assert.ok(gunzipSync(encoded).equals(body), `${bytes} bytes`);
    assert.ok(looks >= bytes / CODED_AT_ONCE, `${looks} looks at ${bytes} bytes`);
    const whole = gzipSync(body, { level: 2 });
    assert.ok(encoded.length < 1.02 * whole.length, `${encoded.length} bytes instead of ${whole.length}`);
  }
  const endedBy = (coding: AnswerCoding): void =>
    assert.throws(
      () =>
        encodeAnswer(long, coding, true, () => {
          throw new Error('enough');
        }),
      /enough/,
    );
  endedBy('gzip');
  endedBy('br');
  assert.equal(encodeAnswer(Buffer.alloc(BROTLI_ANSWER_BYTES_MAX + 1), 'br', true), undefined);
});

test('encodeAnswer() makes nothing larger in br than in gzip, whatever the answer and its size', () => {
  for (const [shape, make] of Object.entries(ANSWER_SHAPES)) {
    for (const rows of [60, 250, 1_000, 5_000, 20_000]) {
      for (const isText of [true, false]) {
        const answer = make(rows);
        const body = isText ? Buffer.from(JSON.stringify(answer)) : encode(answer, { maxDepth: 10 }).slice();
        if (body.length < CODED_ANSWER_BYTES_MIN) continue;
        const [br, gzip] = (['br', 'gzip'] as const).map((coding) => encodeAnswer(body, coding, isText)!);
        const what = `${rows} rows of ${shape} ${isText ? 'as JSON' : 'in MessagePack'}`;
        assert.ok(br!.length <= gzip!.length, `${what}: ${br!.length} bytes of br, ${gzip!.length} of gzip`);
        assert.deepEqual(new Uint8Array(brotliDecompressSync(br!)), new Uint8Array(body));
      }
    }
  }
});

test('StreamCoder makes no stream larger in br than in gzip', async () => {
  for (const rows of [60, 250, 1_000, 25_000]) {
    const { data } = ANSWER_SHAPES['raw points'](rows) as { data: object[] };
    const sizes: number[] = [];
    for (const coding of ['br', 'gzip'] as const) {
      const coder = new StreamCoder(coding);
      let bytes = 0;
      for (let from = 0; from < rows; from += RAW_PAGE_POINTS) {
        const lines = data.slice(from, from + RAW_PAGE_POINTS).map((row) => `${JSON.stringify(row)}\n`);
        bytes += (await coder.encode(Buffer.from(lines.join('')))).length;
      }
      sizes.push(bytes + (await coder.end()).length);
      coder.close();
    }
    assert.ok(sizes[0]! <= sizes[1]!, `${rows} rows: ${sizes}`);
  }
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
