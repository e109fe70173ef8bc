import fc from 'fast-check';

/** Columns for the codec's laws: as bits where the bits matter, as behaviour where a form is to be met. */

const LENGTH_MAX = 300;

/** The double of a 64-bit pattern. Only through typed arrays: a signalling NaN must arrive as it is. */
export function fromBits(patterns: readonly bigint[]): Float64Array {
  return new Float64Array(BigUint64Array.from(patterns).buffer);
}

/** The bit patterns of count doubles from `start` on. */
export function bitsOf(column: Float64Array, start = 0, count = column.length - start): bigint[] {
  return Array.from(new BigUint64Array(column.buffer, column.byteOffset + 8 * start, count));
}

const anyBits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const SPECIALS = [
  0x8000000000000000n,
  0n,
  1n,
  0x8000000000000001n,
  0x000fffffffffffffn,
  0x7fefffffffffffffn,
  0xffefffffffffffffn,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0x7ff0000000000001n,
  0xfff4dead0000beefn,
  0x4340000000000000n,
  0xc340000000000000n,
];

const special = fc.constantFrom(...SPECIALS);
const lengths = { minLength: 1, maxLength: LENGTH_MAX };
const safe = fc.maxSafeInteger();

const column = (values: fc.Arbitrary<number[]>): fc.Arbitrary<Float64Array> =>
  values.map((list) => Float64Array.from(list));

/** Start + running sum: counters, times, walks. Sums past 2^53 are cut, as a counter that wraps would be. */
const summed = (start: fc.Arbitrary<number>, step: fc.Arbitrary<number>): fc.Arbitrary<Float64Array> =>
  column(
    fc.tuple(start, fc.array(step, lengths)).map(([first, steps]) => {
      let sum = first;
      return steps.map((delta) => (sum = Number.isSafeInteger(sum + delta) ? sum + delta : first));
    }),
  );

const smallInteger = fc.integer({ min: -20, max: 20 });
const start = fc.oneof(fc.constant(0), fc.integer(), safe, fc.constant(1_767_225_600_000));

/** Mostly one thing, now and then another. */
const mostly = (common: fc.Arbitrary<bigint>, rare: fc.Arbitrary<bigint>): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.oneof({ weight: 12, arbitrary: common }, { weight: 1, arbitrary: rare }), lengths)
    .map(fromBits);

const numberBits = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<bigint> =>
  arbitrary.map((value) => bitsOf(Float64Array.of(value))[0]!);

const decimal = (digits: number): fc.Arbitrary<number> =>
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((mantissa) => Number(`${mantissa}e-${digits}`));

const repeated = fc
  .array(fc.tuple(anyBits, fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 40 })
  .map((runs) => fromBits(runs.flatMap(([bits, length]) => Array<bigint>(length).fill(bits))));

const kinds: Record<string, fc.Arbitrary<Float64Array>> = {
  'arbitrary bits': fc.array(anyBits, lengths).map(fromBits),
  specials: fc.array(special, lengths).map(fromBits),
  'one bit pattern': fc
    .tuple(anyBits, fc.integer({ min: 1, max: LENGTH_MAX }))
    .map(([bits, n]) => fromBits(Array<bigint>(n).fill(bits))),
  doubles: column(fc.array(fc.double(), lengths)),
  floats: column(fc.array(fc.float(), lengths)),
  'safe integers': column(fc.array(safe, lengths)),
  'non-negative safe integers': column(fc.array(fc.maxSafeNat(), lengths)),
  int32s: column(fc.array(fc.integer(), lengths)),
  'small integers': column(fc.array(smallInteger, lengths)),
  'multiples of 4096': column(
    fc.array(
      smallInteger.map((i) => i * 4096),
      lengths,
    ),
  ),
  walks: summed(start, smallInteger),
  counters: summed(
    start,
    fc.oneof(
      fc.nat(100),
      fc.nat(100).map((i) => i + 1000),
    ),
  ),
  'counters with resets': summed(
    fc.constant(0),
    fc.oneof({ weight: 20, arbitrary: fc.nat(100) }, { weight: 1, arbitrary: safe }),
  ),
  'regular times': fc
    .tuple(start, fc.integer({ min: -20_000, max: 20_000 }), fc.integer({ min: 1, max: LENGTH_MAX }))
    .map(([first, step, n]) => Float64Array.from({ length: n }, (_, i) => first + i * step)),
  'jittered times': summed(fc.constant(1_767_225_600_000), fc.integer({ min: 9_950, max: 10_050 })),
  'times with fractions': summed(
    fc.constant(1_767_225_600_000_000),
    fc.integer({ min: 9_950, max: 10_050 }),
  ).map((c) => c.map((us) => us / 1000)),
  accelerating: fc.tuple(fc.integer(), fc.array(smallInteger, lengths)).map(([first, steps]) => {
    let value = first;
    let speed = 0;
    return Float64Array.from(steps, (step) => (value += speed += step));
  }),
  'mostly zero': mostly(fc.constant(0n), numberBits(safe)),
  'decimals, 1 digit': column(fc.array(decimal(1), lengths)),
  'decimals, 2 digits': column(fc.array(decimal(2), lengths)),
  'decimals, 14 digits': column(fc.array(decimal(14), lengths)),
  'decimals of all kinds': column(
    fc.array(fc.oneof(decimal(0), decimal(1), decimal(3), decimal(9)), lengths),
  ),
  'decimals with exceptions': mostly(numberBits(decimal(2)), fc.oneof(anyBits, special)),
  'integers with exceptions': mostly(numberBits(smallInteger), fc.oneof(anyBits, special)),
  'one binade': column(fc.array(fc.double({ min: 1, max: 2, noNaN: true }), lengths)),
  'negative, many magnitudes': column(fc.array(fc.double({ max: -1e-9, noNaN: true }), lengths)),
  'slow drift': fc.array(fc.double({ min: -1, max: 1, noNaN: true }), lengths).map((steps) => {
    let value = 50;
    return Float64Array.from(steps, (step) => (value += step / 1000));
  }),
  'few trailing bits': fc
    .array(
      anyBits.map((bits) => bits & 0xffffff0000000000n),
      lengths,
    )
    .map(fromBits),
  repeated,
};

/** Every kind of column, by name. */
export const columnKinds: readonly (readonly [string, fc.Arbitrary<Float64Array>])[] = Object.entries(kinds);

/** A column of any kind. */
export const anyColumn: fc.Arbitrary<Float64Array> = fc.oneof(...Object.values(kinds));
