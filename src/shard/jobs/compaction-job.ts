import { COMPACTION_SERIES_WORK } from '../../../native-free-core/limits.js';
import type { StoreWriter } from '../../store/shard-store.js';
import { TIER_TABLES } from '../../store/tier-tables.js';
import { type JobHost, outputTarget } from './job-host.js';
import { lowestOf, type StreamFault } from './layer-stream.js';
import { PointStream } from './point-stream.js';
import { SegmentOutput, type Stretch } from './segment-output.js';
import type { Layer } from './segment-ref.js';
import { SeriesTiers } from './series-tiers.js';
import type { StoreJob } from './store-job.js';

/** A series is a run a tier, unless its points lie in many stretches, as those of a history do. */
const RUN_WORK = COMPACTION_SERIES_WORK / TIER_TABLES.length;

/** How a compaction ended. */
export interface CompactionEvents {
  /** It is durable: its points, its group, and the stretches that it made segments for. */
  onDone(points: number, local: number, touched: readonly Stretch[]): void;
  /** A segment did not read, or was gone: the others are to be planned anew. */
  onGiveUp(): void;
}

/**
 * Compacts fresh segments of one group and one lane: whole generations, in their order, all segments of them that hold
 * series of the lane. Merges them by series, a bounded part a step, and at the end takes them away and puts what they
 * contribute to every tier, in one transaction. Until then nothing is changed: a crash, or a segment that doesn't read, leaves
 * everything as it was.
 */
export class CompactionJob implements StoreJob {
  isDone = false;
  hasWrites = false;
  readonly #host: JobHost;
  readonly #local: number;
  readonly #layers: readonly Layer[];
  readonly #output: SegmentOutput;
  readonly #tiers: SeriesTiers;
  readonly #events: CompactionEvents;
  #streams: PointStream[] | undefined;
  #points = 0;

  /** `local` counts groups from the shard's first. */
  constructor(host: JobHost, local: number, layers: readonly Layer[], events: CompactionEvents) {
    const { bounds, cutoff } = host;
    this.#host = host;
    this.#local = local;
    this.#layers = layers;
    this.#events = events;
    const target = outputTarget(host, local);
    this.#output = new SegmentOutput(target);
    this.#output.begin(layers.at(-1)!.generation);
    this.#tiers = new SeriesTiers(this.#output, {
      group: target.group,
      chunkPoints: bounds.chunkPoints,
      cutoff,
    });
  }

  step(nowMs: number): number {
    const streams = (this.#streams ??= this.#open());
    let work = 0;
    do {
      const fault = streams.find((each) => each.fault !== undefined)?.fault;
      if (fault !== undefined) {
        this.#giveUp(fault);
        return work + 1;
      }
      const stream = lowestOf(streams);
      if (stream === undefined) {
        this.#finish();
        return work + 1;
      }
      work += this.#take(stream, nowMs);
    } while (work < this.#host.bounds.stepWork);
    return work;
  }

  #open(): PointStream[] {
    return this.#layers.map(({ segments }) => {
      const stream = new PointStream(this.#host.store);
      stream.open(segments.map(({ key }) => key));
      return stream;
    });
  }

  #take(stream: PointStream, nowMs: number): number {
    const { number, from, to } = stream;
    const runsBefore = this.#output.runs;
    let least = 0;
    if (number !== this.#tiers.number) {
      if (this.#tiers.number >= 0) this.#tiers.end();
      this.#tiers.begin(number, nowMs);
      least = COMPACTION_SERIES_WORK;
    }
    this.#tiers.add(stream.times, stream.values, from, to, stream.chunk);
    this.#points += to - from;
    stream.next();
    return to - from + Math.max(least, (this.#output.runs - runsBefore) * RUN_WORK);
  }

  #finish(): void {
    if (this.#tiers.number >= 0) this.#tiers.end();
    for (const { segments } of this.#layers) for (const { key } of segments) this.#output.remove(key);
    this.#output.finish();
    const expired = this.#tiers.takeExpired();
    if (expired > 0) this.#host.books.expire(this.#local, expired);
    this.#streams = [];
    this.hasWrites = true;
  }

  /** A segment doesn't read, or another job took it away: the next plan is made without it. */
  #giveUp({ key, status }: StreamFault): void {
    if (status !== 'missing') this.#host.quarantine.add(key, status);
    this.#streams = [];
    this.isDone = true;
    this.#events.onGiveUp();
  }

  write(writer: StoreWriter): void {
    this.#output.write(writer);
  }

  committed(): void {
    this.hasWrites = false;
    this.isDone = true;
    this.#events.onDone(this.#points, this.#local, this.#output.touched);
    this.#output.clear();
  }
}
