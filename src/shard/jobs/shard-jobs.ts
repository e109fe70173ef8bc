import type { HeadWriter } from '../../../native-free-core/head/head-writer.js';
import { RetentionClock } from '../../../native-free-core/retention/retention-clock.js';
import type { GroupBooks } from '../group-books.js';
import type { SeriesTable } from '../series-table.js';
import type { ShardCounters } from '../shard-counters.js';
import type { ShardOptions } from '../shard-options.js';
import { COMPACTION_BOUNDS } from './compaction-bounds.js';
import { CompactionSource } from './compaction-source.js';
import { type JobHost, Quarantine } from './job-host.js';
import { Maintenance } from './maintenance.js';
import { MergeSource } from './merge-source.js';
import { RetentionSweep } from './retention-sweep.js';
import { SeriesRewrites } from './series-rewrites.js';
import { SizeGuard } from './size-guard.js';
import { sweepHostOf } from './sweep-host.js';
import type { SweepMarks } from './sweep-marks.js';
import { cutoffOf } from './tier-cutoff.js';

/** The parts of a shard that its background work looks at. */
export interface JobParts {
  head: HeadWriter;
  series: SeriesTable;
  books: GroupBooks;
  /** As ShardEngine has them. */
  flushSoon: () => number;
  storedGeneration: () => number;
}

/**
 * All background work of one shard: tiers that have too many bytes first, then compactions, what somebody asked for, sweeps by age,
 * and merges. All but compactions have a share of it that these can't take.
 */
export class ShardJobs {
  /** Runs the jobs; further sources may be added before the first cycle. */
  readonly maintenance = new Maintenance();
  /** What a further job needs to know of this shard. */
  readonly host: JobHost;
  readonly sweeps: RetentionSweep;
  readonly rewrites: SeriesRewrites;
  readonly #compactions: CompactionSource;
  readonly #merges: MergeSource;
  readonly #marks: SweepMarks;
  /** The time that background work goes by. */
  readonly #clock = new RetentionClock();
  #nowMs = Number.NaN;

  constructor(options: ShardOptions, { head, series, books, flushSoon, storedGeneration }: JobParts) {
    const { views } = head;
    const { shard, map, store, retention, bounds } = options;
    this.host = {
      shard,
      map,
      store,
      books,
      bounds: bounds?.compaction ?? COMPACTION_BOUNDS,
      groupSeries: (group) => series.groupCount(group),
      cutoff: cutoffOf(retention, map, views, series),
      quarantine: new Quarantine(shard, (finding) => this.maintenance.found(finding)),
      found: (finding) => this.maintenance.found(finding),
    };
    this.#merges = new MergeSource(this.host, () => this.#compactions.hasPlan);
    this.#compactions = new CompactionSource(this.host, (local, stretches) => {
      this.#merges.touch(local, stretches);
    });
    const sweepHost = sweepHostOf(this.host, options, views, series);
    this.#marks = sweepHost.marks;
    this.sweeps = new RetentionSweep(sweepHost);
    const compactions = this.#compactions;
    this.rewrites = new SeriesRewrites({ ...sweepHost, head, compactions, flushSoon, storedGeneration });
    const sources = [new SizeGuard(sweepHost), compactions, this.rewrites, this.sweeps, this.#merges];
    for (const source of sources) this.maintenance.add(source);
  }

  step(nowMs: number, load: 'idle' | 'busy'): number {
    this.#nowMs = this.#clock.observe(nowMs);
    this.#marks.observe(this.#nowMs);
    return this.maintenance.step(this.#nowMs, load);
  }

  /** A generation is in blocks, in a transaction that is durable. */
  flushed(generation: number, nowMs: number): void {
    this.#compactions.flushed(generation, Number.isNaN(this.#nowMs) ? nowMs : this.#nowMs);
  }

  /** Whether the shard must take no more before a compaction has made room. */
  get isOverdue(): boolean {
    return this.#compactions.isOverdue;
  }

  count(counters: ShardCounters): void {
    counters.set('compactions', this.#compactions.jobs);
    counters.set('compactedPoints', this.#compactions.points);
    counters.set('merges', this.#merges.jobs);
    counters.set('deletedPoints', this.rewrites.deletedPoints);
  }
}
