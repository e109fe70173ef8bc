import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '../../../native-free-core/codec/crc32c.js';

const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);

/** An iSCSI SCSI Read (10) command. */
const readCommand = Uint8Array.from(
  '01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000'.match(
    /../g,
  )!,
  (hex) => Number.parseInt(hex, 16),
);

function check(bytes: Uint8Array, expected: number): void {
  assert.equal(crc32c(bytes, 0, bytes.length), expected);
}

test('crc32c() answers the published checksums when given the vectors of RFC 3720, B.4', () => {
  check(new Uint8Array(32), 0x8a9136aa);
  check(new Uint8Array(32).fill(0xff), 0x62a8ab43);
  check(ascending, 0x46dd794e);
  check(ascending.slice().reverse(), 0x113fdb5c);
  check(readCommand, 0xd9963a56);
});

test('crc32c() answers the check value when given the digits 1 to 9', () => {
  check(
    Uint8Array.from('123456789', (digit) => digit.charCodeAt(0)),
    0xe3069283,
  );
});

test('crc32c() answers 0 when there are no bytes', () => check(new Uint8Array(0), 0));

/** Bit by bit, as the definition reads. */
function naive(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test('crc32c() agrees with the definition when start, end and length take every remainder of 8', () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 151 + 17) & 0xff);
  for (let start = 0; start < 20; start++) {
    for (let end = start; end <= 64; end++) {
      assert.equal(crc32c(bytes, start, end), naive(bytes.subarray(start, end)), `[${start}, ${end})`);
    }
  }
});
