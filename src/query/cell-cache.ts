import { CELL_COLUMNS, type CellColumns } from '../../native-free-core/cell/cell-columns.js';
import { KnownRuns } from './known-runs.js';

/** Bytes of one cell: ten columns of float64. */
const CELL_BYTES = 80;
/** Bytes that a run costs besides its cells, in the map that it is found by. */
const RUN_BYTES = 112;

/** What stored runs are known by: a run is where it was, as long as it was, and has the checksum that it had. */
export interface RunIdentity {
  start: number;
  end: number;
  checksum: number;
}

interface CachedRun extends RunIdentity {
  from: number;
  to: number;
}

/** The decoded cells of one stored segment, without their sketches: the runs that were asked for, end to end. */
export class CachedSegment implements CellColumns {
  length = 0;
  windowStartMs = new Float64Array(64);
  count = new Float64Array(64);
  sum = new Float64Array(64);
  squares = new Float64Array(64);
  min = new Float64Array(64);
  max = new Float64Array(64);
  firstValue = new Float64Array(64);
  firstTimeMs = new Float64Array(64);
  lastValue = new Float64Array(64);
  lastTimeMs = new Float64Array(64);
  /** Whose cells these are, in the version of the segment that was read last. */
  readonly known = new KnownRuns();
  readonly #runs = new Map<number, CachedRun>();

  get bytes(): number {
    return this.windowStartMs.length * CELL_BYTES + this.#runs.size * RUN_BYTES + this.known.bytes;
  }

  /** Where the cells of a run are; undefined when it isn't here, or another run is in its place. */
  find({ start, end, checksum }: RunIdentity): { from: number; to: number } | undefined {
    const run = this.#runs.get(start);
    return run !== undefined && run.end === end && run.checksum === checksum ? run : undefined;
  }

  /** Copies the cells of a run; answers where they are. */
  add(identity: RunIdentity, cells: CellColumns): { from: number; to: number } {
    const from = this.length;
    const to = from + cells.length;
    this.#reserve(to);
    for (const column of CELL_COLUMNS) {
      const own = this[column];
      const other = cells[column];
      for (let i = from; i < to; i++) own[i] = other[i - from]!;
    }
    this.length = to;
    const run = { ...identity, from, to };
    this.#runs.set(identity.start, run);
    return run;
  }

  #reserve(cells: number): void {
    if (cells <= this.windowStartMs.length) return;
    const capacity = Math.max(cells, 2 * this.windowStartMs.length);
    for (const column of CELL_COLUMNS) {
      const larger = new Float64Array(capacity);
      larger.set(this[column]);
      this[column] = larger;
    }
  }
}

/**
 * Remembers decoded cells of stored segments, in bounded memory of one query thread: most of the time of a question about many
 * series goes into decoding sketches that it doesn't ask for, and a dashboard asks again and again. Stored segments never change;
 * one that took the place of another under the same key has other runs, which their checksums tell.
 */
export class CellCache {
  readonly #bytesMax: number;
  /** By key; the longest unused first. */
  readonly #segments = new Map<string, CachedSegment>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What is known of a segment, for a look at it. */
  peek(key: string): CachedSegment | undefined {
    return this.#segments.get(key);
  }

  /** What is known of a segment, perhaps nothing yet. `settle` must be called when the scan is through with it. */
  open(key: string): CachedSegment {
    const segment = this.#segments.get(key) ?? new CachedSegment();
    if (this.#segments.delete(key)) this.#bytes -= segment.bytes;
    return segment;
  }

  /** Takes a segment back, and forgets others that were not used for the longest time where memory ends. */
  settle(key: string, segment: CachedSegment): void {
    this.#segments.set(key, segment);
    this.#bytes += segment.bytes;
    for (const [oldest, { bytes }] of this.#segments) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#segments.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}
