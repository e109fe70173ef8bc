import { ARENA_BYTES_HARD } from '../limits.js';
import { CONTROL_WORDS, LINE_BYTES, slotsMaxOf, UNIT_BYTES } from './head-layout.js';

/** The shared buffers of one shard's open state. Made by the supervisor; pages cost memory only once touched. */
export interface HeadBuffers {
  control: SharedArrayBuffer;
  lines: SharedArrayBuffer;
  arenas: [SharedArrayBuffer, SharedArrayBuffer];
  links: [SharedArrayBuffer, SharedArrayBuffer];
}

export function createHeadBuffers(
  groupCount: number,
  seriesTotal?: number,
  arenaBytes = ARENA_BYTES_HARD,
): HeadBuffers {
  const linkBytes = (arenaBytes / UNIT_BYTES) * 4;
  return {
    control: new SharedArrayBuffer(CONTROL_WORDS * 4),
    lines: new SharedArrayBuffer(slotsMaxOf(groupCount, seriesTotal) * LINE_BYTES),
    arenas: [new SharedArrayBuffer(arenaBytes), new SharedArrayBuffer(arenaBytes)],
    links: [new SharedArrayBuffer(linkBytes), new SharedArrayBuffer(linkBytes)],
  };
}

/** Typed views over the open state, the same for its writer and its readers. */
export class HeadViews {
  readonly control: Int32Array;
  /** Int32, though nothing is negative: V8 keeps unsigned words that may pass 2^31 as doubles. */
  readonly lines: Int32Array;
  readonly linesF64: Float64Array;
  readonly arenas: readonly [Float64Array, Float64Array];
  readonly links: readonly [Int32Array, Int32Array];
  readonly slotsMax: number;

  constructor(buffers: HeadBuffers) {
    this.control = new Int32Array(buffers.control);
    this.lines = new Int32Array(buffers.lines);
    this.linesF64 = new Float64Array(buffers.lines);
    this.arenas = [new Float64Array(buffers.arenas[0]), new Float64Array(buffers.arenas[1])];
    this.links = [new Int32Array(buffers.links[0]), new Int32Array(buffers.links[1])];
    this.slotsMax = buffers.lines.byteLength / LINE_BYTES;
  }
}
