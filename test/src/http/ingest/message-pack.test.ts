import assert from 'node:assert/strict';
import { it } from 'node:test';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { decodeMessagePack } from '../../../../src/http/ingest/message-pack.js';

it('decodeMessagePack() answers what was encoded', () => {
  const values = fc.anything({ withNullPrototype: false, maxDepth: 4 }).filter((value) => {
    try {
      return encode(value).length > 0;
    } catch {
      return false;
    }
  });
  fc.assert(
    fc.property(values, (value) => {
      const bytes = encode(value);
      assert.deepEqual(encode(decodeMessagePack(bytes)), bytes);
    }),
  );
});

it('decodeMessagePack() takes no room for elements that are only said to be there', () => {
  // Each says that it has 33 million elements, for which the library takes 256 MB before it sees one.
  const array = [0xdd, 0x01, 0xff, 0xff, 0xff];
  const map = [0xdf, 0x01, 0xff, 0xff, 0xff];
  const before = process.memoryUsage.rss();
  const check = (bytes: number[]): void =>
    assert.throws(() => decodeMessagePack(Uint8Array.from(bytes)), /expected the whole of a value/);
  check(array);
  check(map);
  check(Array.from({ length: 100 }, () => array).flat());
  check([...array, ...map, 0xc0]);
  assert.ok(process.memoryUsage.rss() - before < 64 * 1024 * 1024);
});

it('decodeMessagePack() refuses what is cut short, has something behind it, or is nothing', () => {
  for (const bytes of [[], [0x92, 0x01], [0xc1], [0x01, 0x02], [0xd9, 0x05, 0x61]])
    assert.throws(() => decodeMessagePack(Uint8Array.from(bytes)));
});

it('decodeMessagePack() refuses text that is no UTF-8, wherever it stands, and takes all other', () => {
  const withText = (text: number[]): number[][] => {
    const str = [0xa0 | text.length, ...text];
    return [
      str,
      [0x92, 0x01, ...str],
      [0x81, ...str, 0x01],
      [0x81, 0xa1, 0x61, 0x91, ...str],
      [0x92, 0xc4, 0x01, 0xff, ...str],
    ];
  };
  for (const bad of [
    [0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0x61, 0xe2, 0x82],
    [0xf4, 0x90, 0x80, 0x80],
  ]) {
    for (const bytes of withText(bad)) {
      const at = bytes.length - bad.length - (bytes[0] === 0x81 && bytes.at(-1) === 0x01 ? 1 : 0);
      assert.throws(() => decodeMessagePack(Uint8Array.from(bytes)), {
        message: `expected text in UTF-8 at byte ${at}, got other bytes`,
      });
    }
  }
  for (const good of [[], [0x61], [0xf0, 0x9f, 0x98, 0x80], [0xef, 0xbf, 0xbd], [0x00]]) {
    for (const bytes of withText(good)) decodeMessagePack(Uint8Array.from(bytes));
  }
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      assert.deepEqual(decodeMessagePack(encode(texts)), texts);
    }),
  );
});
