import { CELL_COLUMNS, type CellColumns } from '../../native-free-core/cell/cell-columns.js';
import { KnownRuns } from './known-runs.js';

/** Cells of one block; enough that most runs lie in one or two. */
const BLOCK_CELLS = 512;
/** Ten columns of float64. */
const BLOCK_BYTES = BLOCK_CELLS * CELL_COLUMNS.length * Float64Array.BYTES_PER_ELEMENT;
/** Bytes that a run costs besides its cells, in the map that it is found by. */
const RUN_BYTES = 112;

/** What stored runs are known by: a run is where it was, as long as it was, and has the checksum that it had. */
export interface RunIdentity {
  start: number;
  end: number;
  checksum: number;
}

/** Which of a segment's remembered cells are a run's. */
export interface CellPlaces {
  from: number;
  to: number;
}

interface CachedRun extends RunIdentity, CellPlaces {}

class CellBlock implements CellColumns {
  readonly length = BLOCK_CELLS;
  readonly windowStartMs = new Float64Array(BLOCK_CELLS);
  readonly count = new Float64Array(BLOCK_CELLS);
  readonly sum = new Float64Array(BLOCK_CELLS);
  readonly squares = new Float64Array(BLOCK_CELLS);
  readonly min = new Float64Array(BLOCK_CELLS);
  readonly max = new Float64Array(BLOCK_CELLS);
  readonly firstValue = new Float64Array(BLOCK_CELLS);
  readonly firstTimeMs = new Float64Array(BLOCK_CELLS);
  readonly lastValue = new Float64Array(BLOCK_CELLS);
  readonly lastTimeMs = new Float64Array(BLOCK_CELLS);
}

/** The decoded cells of one stored segment, without their sketches: the runs that were asked for, end to end over blocks. */
export class CachedSegment {
  /** Whose cells these are, in the version of the segment that was read last. */
  readonly known = new KnownRuns();
  readonly #runs = new Map<number, CachedRun>();
  readonly #blocks: CellBlock[] = [];
  readonly #takeBlock: () => CellBlock;
  #length = 0;

  constructor(takeBlock: () => CellBlock) {
    this.#takeBlock = takeBlock;
  }

  get bytes(): number {
    return this.#blocks.length * BLOCK_BYTES + this.#runs.size * RUN_BYTES + this.known.bytes;
  }

  /** Where the cells of a run are; undefined when it isn't here, or another run is in its place. */
  find({ start, end, checksum }: RunIdentity): CellPlaces | undefined {
    const run = this.#runs.get(start);
    return run !== undefined && run.end === end && run.checksum === checksum ? run : undefined;
  }

  /** Copies the cells of a run; answers where they are. */
  add(identity: RunIdentity, cells: CellColumns): CellPlaces {
    const from = this.#length;
    const to = from + cells.length;
    while (this.#blocks.length * BLOCK_CELLS < to) this.#blocks.push(this.#takeBlock());
    this.visit(from, to, (block, start, end, at) => {
      for (const column of CELL_COLUMNS) {
        const own = block[column];
        const other = cells[column];
        for (let i = start, source = at - from; i < end; i++, source++) own[i] = other[source]!;
      }
    });
    this.#length = to;
    const run = { ...identity, from, to };
    this.#runs.set(identity.start, run);
    return run;
  }

  /** Calls back with the cells [from, to) block by block: cells [start, end) of the block begin with cell `at`. */
  visit(
    from: number,
    to: number,
    visit: (block: CellColumns, start: number, end: number, at: number) => void,
  ): void {
    for (let at = from; at < to; ) {
      const start = at % BLOCK_CELLS;
      const end = Math.min(BLOCK_CELLS, start + to - at);
      visit(this.#blocks[(at - start) / BLOCK_CELLS]!, start, end, at);
      at += end - start;
    }
  }

  /** Gives its memory away; it must not be used any more. */
  release(): CellBlock[] {
    return this.#blocks;
  }
}

/**
 * Remembers decoded cells of stored segments, in bounded memory of one query thread: most of the time of a question about many
 * series goes into decoding them, and a dashboard asks again and again. Stored segments never change; one that took the place of another
 * under the same key has other runs, which their checksums tell.
 *
 * Memory is had in blocks that go from forgotten segments to new ones: columns that were allocated for each segment anew, outside of
 * the heap, made the collector run for as long as the queries themselves.
 */
export class CellCache {
  readonly #bytesMax: number;
  /** By key; the longest unused first. */
  readonly #segments = new Map<string, CachedSegment>();
  readonly #free: CellBlock[] = [];
  /** Of the segments above. */
  #bytes = 0;
  /** Blocks that there are, free ones too. */
  #blocks = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What is known of a segment, for a look at it. */
  peek(key: string): CachedSegment | undefined {
    return this.#segments.get(key);
  }

  /** What is known of a segment, perhaps nothing yet. `settle` must be called when the scan has left it, in whatever way. */
  open(key: string): CachedSegment {
    const segment = this.#segments.get(key) ?? new CachedSegment(() => this.#takeBlock());
    if (this.#segments.delete(key)) this.#bytes -= segment.bytes;
    return segment;
  }

  /** Takes a segment back, and forgets others that were not used for the longest time where memory ends. */
  settle(key: string, segment: CachedSegment): void {
    this.#segments.set(key, segment);
    this.#bytes += segment.bytes;
    while (this.#bytes > this.#bytesMax) this.#forgetOldest();
    while (this.#free.length > 0 && this.#blocks * BLOCK_BYTES > this.#bytesMax) {
      this.#free.pop();
      this.#blocks--;
    }
  }

  #takeBlock(): CellBlock {
    const isFull = (this.#blocks + 1) * BLOCK_BYTES > this.#bytesMax;
    while (isFull && this.#free.length === 0 && this.#segments.size > 0) this.#forgetOldest();
    const free = this.#free.pop();
    if (free !== undefined) return free;
    this.#blocks++;
    return new CellBlock();
  }

  #forgetOldest(): void {
    const [key, segment] = this.#segments.entries().next().value!;
    this.#segments.delete(key);
    this.#bytes -= segment.bytes;
    this.#free.push(...segment.release());
  }
}
