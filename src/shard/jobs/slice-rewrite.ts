import type { StoreWriter } from '../../store/shard-store.js';
import { RAW_TIER } from '../../store/tier-tables.js';
import type { JobHost } from './job-host.js';
import type { Slice, SliceResult } from './slice.js';
import { SliceReader } from './slice-reader.js';
import { SliceWriter } from './slice-writer.js';
import type { StoreJob } from './store-job.js';

/**
 * Changes what is stored of some series in all tiers, in one transaction, so that nobody sees one tier changed and another not:
 * reads the slice and decides, then writes the segments that change anew.
 */
export class SliceRewrite implements StoreJob {
  isDone = false;
  hasWrites = false;
  readonly #host: JobHost;
  readonly #slice: Slice;
  readonly #onDone: (result: SliceResult) => void;
  readonly #work: Generator<number, SliceWriter>;
  #written: SliceWriter | undefined;

  constructor(host: JobHost, slice: Slice, onDone: (result: SliceResult) => void) {
    this.#host = host;
    this.#slice = slice;
    this.#onDone = onDone;
    this.#work = this.#run();
  }

  step(): number {
    let work = 0;
    while (work < this.#host.bounds.stepWork) {
      const { done, value } = this.#work.next();
      if (done === true) {
        this.#finish(value);
        return work + 1;
      }
      work += value;
    }
    return work;
  }

  write(writer: StoreWriter): void {
    for (const output of this.#written!.outputs) output.write(writer);
  }

  committed(): void {
    this.hasWrites = false;
    this.#end();
  }

  /** What is damaged stays as it is, so what the other segments become is decided anew without it. */
  *#run(): Generator<number, SliceWriter> {
    const { quarantine } = this.#host;
    const reader = new SliceReader(this.#host, this.#slice);
    for (let segments = reader.load(); ; segments = segments.filter(({ key }) => !quarantine.has(key))) {
      const changes = yield* reader.decide(segments);
      if (changes === undefined) continue;
      const writer = new SliceWriter(this.#host, this.#slice, changes);
      if (yield* writer.writeAll(segments)) return writer;
    }
  }

  /** The records change in the very step whose transaction takes the writes. */
  #finish(written: SliceWriter): void {
    this.#written = written;
    for (const output of written.outputs) output.finish();
    const removedPoints = written.result.removed[RAW_TIER]!;
    if (removedPoints > 0) this.#host.books.expire(this.#slice.local, removedPoints);
    this.hasWrites = written.outputs.length > 0;
    if (!this.hasWrites) this.#end();
  }

  #end(): void {
    this.isDone = true;
    this.#onDone(this.#written!.result);
  }
}
