import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunkBytesMax, decodeChunkInto, encodeChunkInto } from '../../../native-free-core/codec/chunk.js';
import { columnBytesMax, encodeColumnInto } from '../../../native-free-core/codec/column-codec.js';
import { FORM_OTHER } from '../../../native-free-core/codec/column-layout.js';
import { readVectors } from '../cell/vectors.js';

/** A double as a JSON number, or its 64 bits in hexadecimal where JSON has no number for it. */
type Double = number | string;

interface ChunkVector {
  name: string;
  times: Double[];
  values: Double[];
  hex: string;
}

/** The bits of a column: what is compared, because NaN differs from itself and -0 equals 0. */
function bits(column: readonly Double[]): BigUint64Array {
  const number = Float64Array.from(column, (double) => (typeof double === 'number' ? double : 0));
  const patterns = new BigUint64Array(number.buffer);
  for (const [i, double] of column.entries()) if (typeof double === 'string') patterns[i] = BigInt(double);
  return patterns;
}

const vectors = readVectors<ChunkVector[]>('chunk.json');

for (const { name, times, values, hex } of vectors) {
  test(`encodeChunkInto() writes the golden bytes when the chunk is: ${name}`, () => {
    const timeColumn = new Float64Array(bits(times).buffer);
    const valueColumn = new Float64Array(bits(values).buffer);
    const out = new Uint8Array(chunkBytesMax(times.length));
    const end = encodeChunkInto(timeColumn, valueColumn, 0, times.length, out, 0);
    assert.equal(Buffer.from(out.subarray(0, end)).toString('hex'), hex);
  });

  test(`decodeChunkInto() reads the golden bytes when the chunk is: ${name}`, () => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    const timeColumn = new Float64Array(times.length);
    const valueColumn = new Float64Array(times.length);
    assert.equal(decodeChunkInto(bytes, 0, bytes.length, timeColumn, valueColumn, 0), times.length);
    assert.deepEqual(new BigUint64Array(timeColumn.buffer), bits(times));
    assert.deepEqual(new BigUint64Array(valueColumn.buffer), bits(values));
  });
}

test('the golden vectors hold every kind of decimal column and every other form', () => {
  const seen = new Set<number>();
  for (const { times, values } of vectors) {
    for (const column of [times, values]) {
      const out = new Uint8Array(columnBytesMax(column.length));
      encodeColumnInto(new Float64Array(bits(column).buffer), 0, column.length, out, 0);
      seen.add(out[0]! < FORM_OTHER ? out[0]! & 0x0f : out[0]!);
    }
  }
  const kinds = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11];
  const forms = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6];
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    [...kinds, ...forms],
  );
});
