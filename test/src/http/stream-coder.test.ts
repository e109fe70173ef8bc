import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { StreamCoder } from '../../../src/http/stream-coder.js';

const part = (from: number): Buffer =>
  Buffer.from(
    Array.from({ length: 2_000 }, (_, i) => `{"timestamp":${from + i},"value":${i % 7}}\n`).join(''),
  );

test('StreamCoder gives one stream of all parts, and most of each at once', async () => {
  for (const coding of ['gzip', 'br'] as const) {
    const coder = new StreamCoder(coding);
    const parts = [part(0), part(2_000), Buffer.from(''), part(4_000)];
    const encoded: Uint8Array[] = [];
    for (const each of parts) encoded.push(await coder.encode(each));
    const sent = Buffer.concat(encoded).length;
    encoded.push(await coder.end());
    coder.close();
    const whole = Buffer.concat(encoded);
    const decoded = coding === 'gzip' ? gunzipSync(whole) : brotliDecompressSync(whole);
    assert.deepEqual(decoded, Buffer.concat(parts), coding);
    assert.ok(whole.length < decoded.length / 4, `${whole.length} of ${decoded.length}`);
    assert.ok(sent > whole.length / 2, `${sent} of ${whole.length} before the end`);
  }
});

test('StreamCoder.close() in the midst throws nothing', async () => {
  const coder = new StreamCoder('gzip');
  await coder.encode(part(0));
  coder.close();
});
