import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashWords, sipHash128 } from '../../../native-free-core/series/siphash128.js';
import { readVectors } from '../cell/vectors.js';
import { hashHex, VECTOR_HASH_KEY } from './keys.js';

const { outputs } = readVectors<{ outputs: string[] }>('siphash.json');
const input = Uint8Array.from({ length: 64 }, (_, i) => i);

test('sipHash128() gives the vectors of the reference implementation when the key and the input are theirs', () => {
  assert.equal(outputs.length, 64);
  outputs.forEach((expected, length) => {
    sipHash128(VECTOR_HASH_KEY, input, 0, length);
    assert.equal(hashHex(), expected, `${length} bytes`);
  });
});

test('sipHash128() depends on the range alone when the bytes around it differ', () => {
  const around = new Uint8Array(96).fill(0xa5);
  for (let start = 0; start < 9; start++) {
    around.fill(0xa5);
    around.set(input.subarray(0, 31), start);
    sipHash128(VECTOR_HASH_KEY, around, start, start + 31);
    assert.equal(hashHex(), outputs[31]);
  }
});

test('sipHash128() takes the length into account when only zeros follow', () => {
  const seen = new Set<string>();
  const zeros = new Uint8Array(300);
  // From 256 on the length byte in the last block repeats: the blocks before it must tell the lengths apart.
  for (let length = 0; length <= 300; length++) {
    sipHash128(VECTOR_HASH_KEY, zeros, 0, length);
    seen.add(hashHex());
  }
  assert.equal(seen.size, 301);
});

test('sipHash128() changes about half of all bits when one bit of input or key flips', () => {
  const bits = (word: number): number => {
    let count = 0;
    for (let rest = word >>> 0; rest !== 0; rest &= rest - 1) count++;
    return count;
  };
  sipHash128(VECTOR_HASH_KEY, input, 0, 24);
  const before = hashWords.slice();
  const changed = (): number => before.reduce((sum, word, i) => sum + bits(word ^ hashWords[i]!), 0);
  for (let bit = 0; bit < 192; bit++) {
    const flipped = input.slice(0, 24);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    sipHash128(VECTOR_HASH_KEY, flipped, 0, 24);
    assert.ok(changed() > 34 && changed() < 94, `input bit ${bit} changes ${changed()} bits`);
  }
  for (const word of ['k0Low', 'k0High', 'k1Low', 'k1High'] as const) {
    sipHash128({ ...VECTOR_HASH_KEY, [word]: VECTOR_HASH_KEY[word] ^ 0x80 }, input, 0, 24);
    assert.ok(changed() > 34 && changed() < 94, `${word} changes ${changed()} bits`);
  }
});
