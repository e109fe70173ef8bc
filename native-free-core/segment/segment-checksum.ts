import { crc32c } from '../codec/crc32c.js';
import { SEGMENT_RUNS } from './segment-layout.js';

/** 2^32 divided by the golden ratio, odd: a multiplication by it loses no bit. */
const HEAD_FACTOR = 0x9e3779b1;

/**
 * What stands in a segment's CHECKSUM: CRC32C of the bytes from RUNS to the end of the directory, with the first four
 * mixed in, so that a flipped bit in the version is damage and not a newer format.
 */
export function segmentChecksum(bytes: Uint8Array, directoryEnd: number): number {
  const head = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24);
  return (crc32c(bytes, SEGMENT_RUNS, directoryEnd) ^ Math.imul(head, HEAD_FACTOR)) >>> 0;
}
