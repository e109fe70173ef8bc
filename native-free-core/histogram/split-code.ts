import { type BitSink, bitLength53, FULL_LENGTH_BITS, RICE_QUOTIENT_MAX } from './bit-sink.js';
import type { BitSource } from './bit-source.js';

/**
 * The code for "c values lie in this range: how many of them in its left half?".
 *
 * For c of 2..31 it is a Huffman code of the beta-binomial distribution with both shapes 20, that is a fair coin
 * for each value with some doubt about the fairness, since densities slope. Row c - 2 of the table holds the code
 * lengths in hexadecimal of the answers 0..c; none is longer than 12 bits, and all are within 4 % of the entropy.
 * Codes are canonical: ascending by length, then by answer, and written from their highest bit.
 *
 * For c >= 32 it is the distance from floor(c / 2), folded (0, +1, -1, +2, ...), in the exponential Golomb code
 * of order floor(bits of c / 2), about the standard deviation.
 */
const CODE_LENGTHS = [
  '212',
  '3213',
  '32223',
  '422234',
  '5322245',
  '64222356',
  '643223356',
  '7533223467',
  '86433223578',
  '874432234568',
  '8744332334568',
  'a965333233478a',
  'a9654332334478a',
  'a96543333334478a',
  'ba76543323345589b',
  'ba765433333345589b',
  'cb876433333344669ac',
  'cb8765433333345669ac',
  'bb97654433333445668bb',
  'cca87654333333456779cc',
  'ccb97654433333445668bcc',
  'bba987554433333445789abb',
  'bba9876544333334456789abb',
  'ccba876544433334445677abcc',
  'ccba9876544333334456789abcc',
  'ccba98765444333344456789abcc',
  'ccba987655444333344556789abcc',
  'cccca98765444333344456789acccc',
  'cccca987655443333444556789acccc',
  'cccca9876554444333444556789acccc',
] as const;

/** Counts below this one have a row in the table. */
export const TABLE_COUNT_END = 32;
const CODE_BITS_MAX = 12;
/** Bits that one look-up decides. 7 keep the look-ups in 4 KB; longer codes are rare. */
const LOOKUP_BITS = 7;
const LOOKUP_SIZE = 1 << LOOKUP_BITS;

// Row c starts at c * 32. A code is held in the order of the stream, its first bit lowest.
const codes = new Uint16Array(TABLE_COUNT_END * 32);
const lengths = new Uint8Array(TABLE_COUNT_END * 32);
/** answer << 4 | length, or 0 for a longer code. */
const lookup = new Uint16Array(TABLE_COUNT_END * LOOKUP_SIZE);
for (let c = 2; c < TABLE_COUNT_END; c++) buildRow(c, CODE_LENGTHS[c - 2]!);

function buildRow(c: number, row: string): void {
  let code = 0;
  for (let length = 1; length <= CODE_BITS_MAX; length++, code <<= 1) {
    for (let answer = 0; answer <= c; answer++) {
      if (Number.parseInt(row[answer]!, 16) !== length) continue;
      const stream = reversed(code++, length);
      codes[c * 32 + answer] = stream;
      lengths[c * 32 + answer] = length;
      for (let bits = stream; bits < LOOKUP_SIZE && length <= LOOKUP_BITS; bits += 1 << length) {
        lookup[c * LOOKUP_SIZE + bits] = (answer << 4) | length;
      }
    }
  }
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}

/** The lengths of the codes of one count, for the tests and docs that check the table. */
export function splitCodeLengths(count: number): number[] {
  return Array.from(CODE_LENGTHS[count - 2]!, (digit) => Number.parseInt(digit, 16));
}

/** Writes how many (0..count) of `count` >= 2 values lie to the left. */
export function writeSplit(sink: BitSink, count: number, left: number): void {
  if (count < TABLE_COUNT_END) {
    const at = count * 32 + left;
    sink.bits(codes[at]!, lengths[at]!);
    return;
  }
  sink.expGolomb(fold(left - Math.floor(count / 2)), bitLength53(count) >> 1);
}

/** Reads it back; NaN for a code that no writer makes. */
export function readSplit(source: BitSource, count: number): number {
  if (count < TABLE_COUNT_END) {
    const bits = source.peek();
    const found = lookup[count * LOOKUP_SIZE + (bits & (LOOKUP_SIZE - 1))]!;
    if (found === 0) return readLongCode(source, count, bits);
    source.skip(found & 15);
    return found >> 4;
  }
  const folded = source.expGolomb(bitLength53(count) >> 1);
  return within(count, Math.floor(count / 2) + unfold(folded));
}

/** Writes how many values lie to the left where about `expected` do: the distance, in a Rice code. */
export function writeNear(sink: BitSink, left: number, expected: number, parameter: number): void {
  sink.rice(fold(left - expected), parameter);
}

/** Reads it back; NaN for a code that no writer makes. */
export function readNear(source: BitSource, count: number, expected: number, parameter: number): number {
  return within(count, expected + unfold(source.rice(parameter)));
}

/** 0, +1, -1, +2, ... as 0, 1, 2, 3, ... */
function fold(distance: number): number {
  return distance > 0 ? distance * 2 - 1 : -distance * 2;
}

function unfold(folded: number): number {
  return folded % 2 === 1 ? (folded + 1) / 2 : -folded / 2;
}

function within(count: number, left: number): number {
  return left >= 0 && left <= count ? left : Number.NaN;
}

function readLongCode(source: BitSource, count: number, bits: number): number {
  for (let answer = 0; answer <= count; answer++) {
    const length = lengths[count * 32 + answer]!;
    if (length > LOOKUP_BITS && codes[count * 32 + answer] === (bits & ((1 << length) - 1))) {
      source.skip(length);
      return answer;
    }
  }
  return Number.NaN;
}

/** The most bits that one answer about `count` values takes; see cellRunBytesMax. */
export function splitBitsMax(count: number): number {
  if (count < TABLE_COUNT_END) return CODE_BITS_MAX;
  const length = bitLength53(count);
  const fromHalf = 2 * (length - (length >> 1) + 1) + (length >> 1) + 1;
  const fromExpected = RICE_QUOTIENT_MAX + FULL_LENGTH_BITS + length + 1;
  return Math.max(fromHalf, fromExpected);
}
