/**
 * SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; the
 * 128-bit variant of the reference implementation). Keyed, so that nobody outside can make two series collide;
 * 128 bits, so that among 2 million series a collision has a chance of 1 in 10^26 and the hash can stand for
 * the key in memory. 64-bit words are kept as pairs of 32-bit halves: BigInt would allocate.
 */
export interface HashKey {
  readonly k0Low: number;
  readonly k0High: number;
  readonly k1Low: number;
  readonly k1High: number;
}

/** The four 32-bit words of the last hash: lowest first. Owned by the module, valid until the next call. */
export const hashWords = new Int32Array(4);

/** Hashes `bytes[start..end)` and leaves the 128 bits in `hashWords`. */
export function sipHash128(key: HashKey, bytes: Uint8Array, start: number, end: number): void {
  let v0l = key.k0Low ^ 0x70736575;
  let v0h = key.k0High ^ 0x736f6d65;
  let v1l = key.k1Low ^ 0x6e646f6d ^ 0xee;
  let v1h = key.k1High ^ 0x646f7261;
  let v2l = key.k0Low ^ 0x6e657261;
  let v2h = key.k0High ^ 0x6c796765;
  let v3l = key.k1Low ^ 0x79746573;
  let v3h = key.k1High ^ 0x74656462;
  const length = end - start;
  const words = length >>> 3;
  let at = start;
  // Whole words, the tail with the length, and the two finalisations as steps of one loop: so the round stands here once
  // and all its state in registers and stack slots. As a function of its own it cost three times as much.
  for (let step = 0; step < words + 3; step++) {
    let low = 0;
    let high = 0;
    if (step < words) {
      low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      high = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
      at += 8;
    } else if (step === words) {
      high = length << 24;
      for (let shift = 0; at < end; at++, shift += 8) {
        if (shift < 32) low |= bytes[at]! << shift;
        else high |= bytes[at]! << (shift - 32);
      }
    } else if (step === words + 1) {
      v2l ^= 0xee;
    } else {
      hashWords[0] = v0l ^ v1l ^ v2l ^ v3l;
      hashWords[1] = v0h ^ v1h ^ v2h ^ v3h;
      v1l ^= 0xdd;
    }
    v3l ^= low;
    v3h ^= high;
    // A sum that wrapped is below what was added to: the carry without leaving 32-bit integers.
    for (let rounds = step <= words ? 2 : 4; rounds > 0; rounds--) {
      let t = (v0l + v1l) | 0;
      v0h = (v0h + v1h + (t >>> 0 < v0l >>> 0 ? 1 : 0)) | 0;
      v0l = t;
      t = (v1l << 13) | (v1h >>> 19);
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
      v1l = t ^ v0l;
      t = v0l;
      v0l = v0h;
      v0h = t;
      t = (v2l + v3l) | 0;
      v2h = (v2h + v3h + (t >>> 0 < v2l >>> 0 ? 1 : 0)) | 0;
      v2l = t;
      t = (v3l << 16) | (v3h >>> 16);
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
      v3l = t ^ v2l;
      t = (v0l + v3l) | 0;
      v0h = (v0h + v3h + (t >>> 0 < v0l >>> 0 ? 1 : 0)) | 0;
      v0l = t;
      t = (v3l << 21) | (v3h >>> 11);
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
      v3l = t ^ v0l;
      t = (v2l + v1l) | 0;
      v2h = (v2h + v1h + (t >>> 0 < v2l >>> 0 ? 1 : 0)) | 0;
      v2l = t;
      t = (v1l << 17) | (v1h >>> 15);
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
      v1l = t ^ v2l;
      t = v2l;
      v2l = v2h;
      v2h = t;
    }
    v0l ^= low;
    v0h ^= high;
  }
  hashWords[2] = v0l ^ v1l ^ v2l ^ v3l;
  hashWords[3] = v0h ^ v1h ^ v2h ^ v3h;
}
