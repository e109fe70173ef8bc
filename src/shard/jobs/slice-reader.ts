import { COMPACTION_SERIES_WORK } from '../../../native-free-core/limits.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import { TIER_TABLES } from '../../store/tier-tables.js';
import type { JobHost } from './job-host.js';
import { RunCopier, type TierRun } from './run-copier.js';
import { SeriesGather } from './series-gather.js';
import { type SeriesChange, type SeriesChanges, type Slice, type SliceSegment, workOf } from './slice.js';

/** A run of a series of a slice, and the tier that it is of. */
interface SliceRun extends TierRun {
  tier: number;
  segment: SliceSegment;
}

// Scratch of this thread; nothing of it outlives a step.
const reader = new SegmentReader();
const copier = new RunCopier();

/** Reads a slice, series by series over all tiers, and decides what becomes of each. Changes nothing. */
export class SliceReader {
  readonly #host: JobHost;
  readonly #slice: Slice;

  constructor(host: JobHost, slice: Slice) {
    this.#host = host;
    this.#slice = slice;
  }

  /** Copies the values of the segments that are still there. */
  load(): SliceSegment[] {
    const { store } = this.#host;
    return this.#slice.segments.flatMap((ofTier, tier) =>
      ofTier.flatMap((segment) => {
        const bytes = store.get(segment.key)?.slice();
        return bytes === undefined ? [] : [{ ...segment, tier, bytes }];
      }),
    );
  }

  /** What becomes of the selected series; undefined when one of the segments is damaged, which is then in quarantine. */
  *decide(segments: readonly SliceSegment[]): Generator<number, SeriesChanges | undefined> {
    const runs = this.#runsOf(segments);
    yield COMPACTION_SERIES_WORK;
    if (runs === undefined) return undefined;
    const changes = new Map<number, SeriesChange>();
    for (const number of [...runs.keys()].sort((a, b) => a - b)) {
      const change = yield* this.#decideSeries(runs.get(number)!);
      if (change === 'damaged') return undefined;
      if (change !== 'none') changes.set(number, change);
    }
    return changes;
  }

  /** The runs of the selected series, by series, in the order of their layers. Undefined when a segment is damaged; looks at all. */
  #runsOf(segments: readonly SliceSegment[]): Map<number, SliceRun[]> | undefined {
    const runs = new Map<number, SliceRun[]>();
    let isSound = true;
    for (const segment of segments) {
      const { bytes, tier, firstNumber } = segment;
      if (reader.open(bytes, TIER_TABLES[tier]!.kind, firstNumber) !== 'ok') {
        this.#setAside(segment);
        isSound = false;
        continue;
      }
      while (reader.next()) {
        const { number, start, end } = reader;
        if (!this.#slice.isSelected(number)) continue;
        const own = runs.get(number) ?? [];
        runs.set(number, own);
        own.push({ bytes, start, end, number, tier, segment });
      }
      if (!reader.isCut) continue;
      this.#setAside(segment);
      isSound = false;
    }
    return isSound ? runs : undefined;
  }

  *#decideSeries(runs: readonly SliceRun[]): Generator<number, SeriesChange | 'none' | 'damaged'> {
    const { startMs, endMs } = this.#slice;
    const gather = new SeriesGather(startMs, endMs);
    for (const run of runs) {
      if (!copier.read(run, TIER_TABLES[run.tier]!)) {
        this.#setAside(run.segment);
        return 'damaged';
      }
      gather.add(run.tier, copier);
      yield workOf(run.tier, copier.rows);
    }
    const series = gather.slice();
    const edits = this.#slice.edit(series);
    const { stands } = gather;
    yield COMPACTION_SERIES_WORK;
    const hasGone = series.times.some((time) => this.#slice.isGone(time));
    return hasGone || edits.some(({ size }) => size > 0) ? { edits, stands } : 'none';
  }

  #setAside({ key }: SliceSegment): void {
    this.#host.quarantine.add(key, 'damaged');
  }
}
