import assert from 'node:assert/strict';
import {
  RetentionPolicy,
  type RetentionSpec,
} from '../../../../native-free-core/retention/retention-policy.js';
import { TIER_NAMES } from '../../../../native-free-core/tier/tiers.js';
import { COMPACTION_BOUNDS } from '../../../../src/shard/jobs/compaction-bounds.js';
import { Quarantine } from '../../../../src/shard/jobs/job-host.js';
import { RetentionSweep } from '../../../../src/shard/jobs/retention-sweep.js';
import { SizeGuard } from '../../../../src/shard/jobs/size-guard.js';
import { nothingSwept, SWEEP_BOUNDS, type SweepHost } from '../../../../src/shard/jobs/sweep-host.js';
import { SweepMarks } from '../../../../src/shard/jobs/sweep-marks.js';
import { KEEP_ALL } from '../../../../src/shard/jobs/tier-cutoff.js';
import type { StoreFinding } from '../../../../src/store/findings.js';
import { TieredStore } from './tiered-store.js';

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const FOREVER = Number.POSITIVE_INFINITY;
/** A midnight. */
export const DAY_0_MS = 19_700 * DAY_MS;

/** Series 0, 3, 6 … are of class 0, the others of the rules. */
const CLASSES = 3;
export const classOf = (_group: number, number: number): number => number % CLASSES;

export function retention(spec: Partial<RetentionSpec>): RetentionPolicy {
  return new RetentionPolicy({
    raw: FOREVER,
    '1m': FOREVER,
    '5m': FOREVER,
    '1h': FOREVER,
    '1d': FOREVER,
    rules: [{ match: 'one' }, { match: 'two' }],
    ...spec,
  });
}

export interface Sweeping {
  tiers: TieredStore;
  sweep: RetentionSweep;
  marks: SweepMarks;
  findings: StoreFinding[];
  /** A pass at a moment. */
  pass(nowMs: number): void;
}

export function sweeping(policy: RetentionPolicy, more: Partial<SweepHost> = {}): Sweeping {
  const tiers = new TieredStore();
  const findings: StoreFinding[] = [];
  const host: SweepHost = {
    shard: tiers.shard,
    map: tiers.map,
    store: tiers.store,
    books: tiers.books,
    retention: policy,
    tierBytesMax: TIER_NAMES.map(() => FOREVER),
    bounds: { ...COMPACTION_BOUNDS, segmentBytes: 2_000, runCells: 16 },
    sweepBounds: { ...SWEEP_BOUNDS, stepKeys: 7, stepBytes: 4_000 },
    marks: new SweepMarks(policy.classCount),
    swept: nothingSwept(),
    classOf,
    groupSeries: () => 0,
    cutoff: KEEP_ALL,
    quarantine: new Quarantine(tiers.shard, (finding) => findings.push(finding)),
    found: (finding) => findings.push(finding),
    ...more,
  };
  const sweep = new RetentionSweep(host);
  const bySize = new SizeGuard(host);
  const pass = (nowMs: number): void => {
    const wanted = sweep.trigger();
    tiers.run(bySize, nowMs);
    tiers.run(sweep, nowMs);
    assert.equal(sweep.passes, wanted);
  };
  return { tiers, sweep, marks: host.marks, findings, pass };
}
