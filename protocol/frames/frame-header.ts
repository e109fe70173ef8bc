import { CursorReader } from '../msgpack/cursor-reader.js';
import { DecodeStatus } from '../msgpack/decode-failure.js';
import { type Opcode, opcodeName } from '../opcodes.js';

/*
 * What all frames share:
 *
 *   ┌───────┬────────┬───────────────────────┬─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─┐
 *   │ array │ opcode │ the opcode's elements │ elements of later versions │
 *   └───────┴────────┴───────────────────────┴─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─┘
 *
 * The protocol changes only by adding, so a reader passes over elements that it doesn't know. The frame ends
 * with the array: a byte behind it means that sender and reader disagree about everything.
 */

/**
 * Starts `reader` on a frame that must be `opcode` with at least `elements` elements behind the opcode. Answers
 * how many there are beyond those; -1 after a failure.
 */
export function openFrame(reader: CursorReader, opcode: Opcode, elements: number): number {
  const count = reader.readArrayHeader('the frame');
  const at = reader.position;
  const found = reader.readUint('the opcode');
  if (reader.failed) return -1;
  if (found !== opcode) {
    reader.fail(
      DecodeStatus.wrongShape,
      at,
      `expected ${opcodeName(opcode)} (${opcode}), got ${opcodeName(found)}`,
    );
    return -1;
  }
  if (count < elements + 1) {
    reader.fail(
      DecodeStatus.wrongShape,
      0,
      `expected ${opcodeName(opcode)} with at least ${elements + 1} elements, got ${count}`,
    );
    return -1;
  }
  return count - elements - 1;
}

/** Passes over the `extra` elements of later versions and checks that the frame ends there. */
export function closeFrame(reader: CursorReader, extra: number): void {
  for (let i = 0; i < extra && !reader.failed; i++) reader.skip('an extra element');
  if (!reader.failed && reader.position !== reader.end) {
    reader.fail(
      DecodeStatus.malformed,
      reader.position,
      `expected the end of the frame, got ${reader.end - reader.position} more bytes`,
    );
  }
}

/** A batch's number: 1, 2, 3, … */
export function readSeq(reader: CursorReader): number {
  const at = reader.position;
  const seq = reader.readUint('seq');
  if (seq === 0) reader.fail(DecodeStatus.wrongShape, at, 'expected seq as an integer from 1, got 0');
  return Math.max(seq, 0);
}

const peeker = new CursorReader();

/** The opcode of a frame, without looking further; -1 when it isn't an array that starts with one. */
export function peekOpcode(bytes: Uint8Array): number {
  // Every client of ours writes both as one byte each.
  if (bytes.length >= 2 && (bytes[0]! & 0xf0) === 0x90 && bytes[1]! <= 0x7f) {
    return bytes[0] === 0x90 ? -1 : bytes[1]!;
  }
  peeker.reset(bytes);
  const opcode = peeker.readArrayHeader('the frame') > 0 ? peeker.readUint('the opcode') : -1;
  peeker.release();
  return opcode;
}
