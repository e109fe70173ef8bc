import { COMPACTION_SERIES_WORK } from '../../../native-free-core/limits.js';
import type { StoreWriter } from '../../store/shard-store.js';
import { RAW_TIER } from '../../store/tier-tables.js';
import { CellStream } from './cell-stream.js';
import { type JobHost, outputTarget } from './job-host.js';
import { type LayerStream, lowestOf } from './layer-stream.js';
import { PointStream } from './point-stream.js';
import { SegmentOutput } from './segment-output.js';
import type { Layer } from './segment-ref.js';
import { SeriesTiers } from './series-tiers.js';
import type { StoreJob } from './store-job.js';

/** What a cell costs in points: it is decoded, merged and encoded with its sketch. */
const CELL_WORK = 64;

/** What is to be merged: neighbouring layers of one stretch of a tier, which have no series in common with other sets. */
export interface MergePlan {
  /** The group, counted from the shard's first. */
  local: number;
  tier: number;
  layers: readonly Layer[];
}

/**
 * Makes one layer of several small ones of the same stretch: chunks become longer, and cells of equal windows one cell. A
 * bounded part a step; at the end the old segments go and the new ones come in one transaction.
 */
export class MergeJob implements StoreJob {
  isDone = false;
  hasWrites = false;
  readonly #host: JobHost;
  readonly #plan: MergePlan;
  readonly #output: SegmentOutput;
  readonly #tiers: SeriesTiers;
  readonly #onDone: () => void;
  #points: PointStream[] = [];
  #cells: CellStream[] = [];
  #isBegun = false;

  constructor(host: JobHost, plan: MergePlan, onDone: () => void) {
    const { bounds, cutoff } = host;
    this.#host = host;
    this.#plan = plan;
    this.#onDone = onDone;
    const { local, tier, layers } = plan;
    const target = outputTarget(host, local);
    this.#output = new SegmentOutput(target);
    this.#output.begin(layers.at(-1)!.generation);
    this.#tiers = new SeriesTiers(this.#output, {
      group: target.group,
      chunkPoints: bounds.chunkPoints,
      cutoff,
      only: tier,
    });
  }

  step(nowMs: number): number {
    if (!this.#isBegun) this.#open();
    let work = 0;
    do {
      if (this.#isFaulty()) return work + 1;
      const done = this.#plan.tier === RAW_TIER ? this.#takePoints(nowMs) : this.#takeCells(nowMs);
      if (done === 0) {
        this.#finish();
        return work + 1;
      }
      work += done;
    } while (work < this.#host.bounds.stepWork);
    return work;
  }

  get #streams(): readonly LayerStream[] {
    return this.#plan.tier === RAW_TIER ? this.#points : this.#cells;
  }

  #open(): void {
    this.#isBegun = true;
    const { tier, layers } = this.#plan;
    const { store } = this.#host;
    if (tier === RAW_TIER) this.#points = layers.map(() => new PointStream(store));
    else this.#cells = layers.map(() => new CellStream(store, tier));
    this.#streams.forEach((stream, i) => {
      stream.open(layers[i]!.segments.map(({ key }) => key));
    });
  }

  /** Ends when a segment doesn't read, or another job took it away. */
  #isFaulty(): boolean {
    const fault = this.#streams.find((stream) => stream.fault !== undefined)?.fault;
    if (fault === undefined) return false;
    if (fault.status !== 'missing') this.#host.quarantine.add(fault.key, fault.status);
    this.#end();
    return true;
  }

  /** Takes the next piece of points. Answers its work, 0 at the end. */
  #takePoints(nowMs: number): number {
    const stream = lowestOf(this.#points);
    if (stream === undefined) return 0;
    const { number, from, to } = stream;
    const work = this.#begin(number, nowMs) + to - from;
    this.#tiers.add(stream.times, stream.values, from, to, stream.chunk);
    stream.next();
    return work;
  }

  #takeCells(nowMs: number): number {
    const stream = lowestOf(this.#cells);
    if (stream === undefined) return 0;
    const { number, points, cells } = stream;
    const work = this.#begin(number, nowMs) + points + CELL_WORK * cells.length;
    if (points > 0) this.#tiers.add(stream.times, stream.values, 0, points, stream.chunk);
    else this.#tiers.addCells(cells);
    stream.next();
    return work;
  }

  #begin(number: number, nowMs: number): number {
    if (number === this.#tiers.number) return 1;
    if (this.#tiers.number >= 0) this.#tiers.end();
    this.#tiers.begin(number, nowMs);
    return COMPACTION_SERIES_WORK;
  }

  #finish(): void {
    const { tier, local } = this.#plan;
    if (this.#tiers.number >= 0) this.#tiers.end();
    for (const { counts } of this.#streams) {
      for (const { key, bytes, rows } of counts) this.#output.remove(key, { tier, bytes, rows });
    }
    this.#output.finish();
    const expired = this.#tiers.takeExpired();
    if (expired > 0) this.#host.books.expire(local, expired);
    this.hasWrites = true;
  }

  #end(): void {
    this.#points = [];
    this.#cells = [];
    this.isDone = true;
  }

  write(writer: StoreWriter): void {
    this.#output.write(writer);
  }

  committed(): void {
    this.#output.clear();
    this.hasWrites = false;
    this.#end();
    this.#onDone();
  }
}
