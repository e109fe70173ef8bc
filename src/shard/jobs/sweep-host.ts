import {
  FLAG_DEFINED,
  LINE_FLAGS,
  LINE_METRIC,
  LINE_SHIFT_U32,
} from '../../../native-free-core/head/head-layout.js';
import type { HeadViews } from '../../../native-free-core/head/head-memory.js';
import {
  SWEEP_BUSY_MS,
  SWEEP_INTERVAL_MS,
  SWEEP_STEP_BYTES,
  SWEEP_STEP_KEYS,
} from '../../../native-free-core/limits.js';
import { RetentionPolicy } from '../../../native-free-core/retention/retention-policy.js';
import { TIER_NAMES } from '../../../native-free-core/tier/tiers.js';
import type { SeriesTable } from '../series-table.js';
import type { ShardOptions } from '../shard-options.js';
import type { JobHost } from './job-host.js';
import type { SweptRows } from './segment-sweeper.js';
import { SweepMarks } from './sweep-marks.js';

/** What sweeps go by; what each bound means stands in limits.ts. Tests make them small. */
export interface SweepBounds {
  intervalMs: number;
  stepKeys: number;
  stepBytes: number;
  busyMs: number;
}

export const SWEEP_BOUNDS: SweepBounds = {
  intervalMs: SWEEP_INTERVAL_MS,
  stepKeys: SWEEP_STEP_KEYS,
  stepBytes: SWEEP_STEP_BYTES,
  busyMs: SWEEP_BUSY_MS,
};

/** What a shard lends to its sweeps. */
export interface SweepHost extends JobHost {
  readonly retention: RetentionPolicy;
  /** By tier, bytes that this shard may take; Infinity: any. */
  readonly tierBytesMax: readonly number[];
  readonly sweepBounds: SweepBounds;
  readonly marks: SweepMarks;
  /** By tier, what sweeps have taken since the start: each adds to it. */
  readonly swept: readonly SweptRows[];
  /** The retention class of a series; -1 of one whose name is lost, which goes when the last class does. */
  readonly classOf: (group: number, number: number) => number;
}

const FOREVER = Number.POSITIVE_INFINITY;
const UNLIMITED: readonly number[] = TIER_NAMES.map(() => FOREVER);

export const nothingSwept = (): SweptRows[] => TIER_NAMES.map(() => ({ segments: 0, rows: 0, bytes: 0 }));

/** Keeps everything. */
const KEEP_FOREVER = new RetentionPolicy({
  raw: FOREVER,
  '1m': FOREVER,
  '5m': FOREVER,
  '1h': FOREVER,
  '1d': FOREVER,
  rules: [],
});

// Four parts of a shard, from which everything else follows.
export function sweepHostOf(
  host: JobHost,
  options: ShardOptions,
  views: HeadViews,
  series: SeriesTable,
): SweepHost {
  const { retention = KEEP_FOREVER, tierBytesMax = UNLIMITED, bounds } = options;
  const classOf = (group: number, number: number): number => {
    const line = host.map.slotOf(group, number) << LINE_SHIFT_U32;
    if ((views.lines[line + LINE_FLAGS]! & FLAG_DEFINED) === 0) return -1;
    return series.classOfMetric(views.lines[line + LINE_METRIC]!);
  };
  return {
    ...host,
    retention,
    tierBytesMax,
    sweepBounds: bounds?.sweep ?? SWEEP_BOUNDS,
    marks: new SweepMarks(retention.classCount),
    swept: nothingSwept(),
    classOf,
  };
}
