import { forEachLabel, nameEnd, nameStart } from '../../../native-free-core/series/series-key.js';
import { SeriesKeyBuilder, type SeriesLimits } from '../../../native-free-core/series/series-key-builder.js';
import { type HashKey, hashWords } from '../../../native-free-core/series/siphash128.js';

/** Text, or bytes where they are meant to be no UTF-8. */
export type Piece = string | Uint8Array;

export const WIRE_LIMITS: SeriesLimits = {
  nameBytesMax: 256,
  labelNameBytesMax: 128,
  labelValueBytesMax: 1024,
  labelsMax: 32,
};

/** The key of the published vectors: 00 01 … 0f. */
export const VECTOR_HASH_KEY: HashKey = {
  k0Low: 0x03020100,
  k0High: 0x07060504,
  k1Low: 0x0b0a0908,
  k1High: 0x0f0e0d0c,
};

const encoder = new TextEncoder();
const bytesOf = (piece: Piece): Uint8Array => (typeof piece === 'string' ? encoder.encode(piece) : piece);

/** Feeds a series to a builder as the wire does, piece by piece, and answers its status and its bytes. */
export function buildKey(
  name: Piece,
  labels: readonly (readonly [Piece, Piece])[],
  builder = new SeriesKeyBuilder(WIRE_LIMITS),
): { status: string; bytes: Uint8Array } {
  const nameBytes = bytesOf(name);
  builder.begin(nameBytes, 0, nameBytes.length);
  for (const [label, value] of labels) {
    const [a, b] = [bytesOf(label), bytesOf(value)];
    // Both in one buffer with something around them, so that ranges matter.
    const source = new Uint8Array(a.length + b.length + 3).fill(0x21);
    source.set(a, 1);
    source.set(b, a.length + 2);
    builder.label(source, 1, a.length + 1, a.length + 2, a.length + 2 + b.length);
  }
  const status = builder.finish();
  return { status, bytes: status === 'ok' ? builder.bytes.slice(0, builder.length) : new Uint8Array(0) };
}

/** What canonical bytes say, as text. */
export function readKey(bytes: Uint8Array, offset = 0): { name: string; labels: [string, string][] } {
  const text = (start: number, end: number): string => Buffer.from(bytes.slice(start, end)).toString('utf8');
  const labels: [string, string][] = [];
  forEachLabel(bytes, offset, (r) => {
    labels.push([text(r.nameStart, r.nameEnd), text(r.valueStart, r.valueEnd)]);
  });
  return { name: text(nameStart(offset), nameEnd(bytes, offset)), labels };
}

/** The last hash as the reference implementation prints it. */
export function hashHex(): string {
  return Buffer.from(Int32Array.from(hashWords).buffer).toString('hex');
}
