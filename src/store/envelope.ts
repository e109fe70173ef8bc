import { crc32c } from '../../native-free-core/codec/crc32c.js';

/**
 * Every stored value but a segment (which carries its own) lies in an envelope:
 *
 *   | u8 format version | u8 table | u16 0 | u32 CRC32C of the payload and of bytes 0-3 | payload |
 *
 * LMDB has no checksums: this is how a flipped bit is found. The payload begins at a multiple of 8.
 */
export const ENVELOPE_BYTES = 8;
export const ENVELOPE_VERSION = 1;

/** What `openEnvelope` says of a value. */
export type EnvelopeStatus = 'ok' | 'damaged' | 'newer';

/** Fills the envelope of a value whose payload stands at ENVELOPE_BYTES already. */
export function sealEnvelope(value: Uint8Array, table: number): void {
  value[0] = ENVELOPE_VERSION;
  value[1] = table;
  value[2] = 0;
  value[3] = 0;
  const checksum = envelopeChecksum(value);
  value[4] = checksum;
  value[5] = checksum >>> 8;
  value[6] = checksum >>> 16;
  value[7] = checksum >>> 24;
}

/** Checks a stored value. */
export function openEnvelope(value: Uint8Array, table: number): EnvelopeStatus {
  if (value.length < ENVELOPE_BYTES) return 'damaged';
  const stored = (value[4]! | (value[5]! << 8) | (value[6]! << 16) | (value[7]! << 24)) >>> 0;
  if (stored !== envelopeChecksum(value) || value[1] !== table) return 'damaged';
  return value[0]! > ENVELOPE_VERSION ? 'newer' : 'ok';
}

function envelopeChecksum(value: Uint8Array): number {
  const head = value[0]! | (value[1]! << 8) | (value[2]! << 16) | (value[3]! << 24);
  return (crc32c(value, ENVELOPE_BYTES, value.length) ^ Math.imul(head, 0x9e3779b1)) >>> 0;
}
