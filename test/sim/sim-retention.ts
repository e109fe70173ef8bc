import { RetentionPolicy, type RetentionRule } from '../../native-free-core/retention/retention-policy.js';
import type { TierName } from '../../native-free-core/tier/tiers.js';
import type { SweepBounds } from '../../src/shard/jobs/sweep-host.js';
import type { SimRandom } from './sim-random.js';

/** What a run keeps, and how its sweeps go. */
export interface SimRetention {
  /** Classes expire one soon after the other. */
  readonly isNear: boolean;
  readonly retention: RetentionPolicy;
  /** By tier, bytes of each shard. */
  readonly tierBytesMax: readonly number[];
  readonly sweep: SweepBounds;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FOREVER = Number.POSITIVE_INFINITY;

/** Runs last some minutes of the clock, so that the short ones are over within them. */
const SHORT_MS = [
  10_000,
  20_000,
  40_000,
  MINUTE_MS,
  3 * MINUTE_MS,
  10 * MINUTE_MS,
  2 * HOUR_MS,
  48 * HOUR_MS,
];
const LONG_MS = [2 * HOUR_MS, 7 * 24 * HOUR_MS, FOREVER];
const TIERS: readonly TierName[] = ['raw', '1m', '5m', '1h', '1d'];
/** Names are metric.0 to metric.11, so that rules overlap. */
const PATTERNS = ['metric.0', 'metric.1', 'metric.1*', 'metric.??', '*.2', '*3', '*', 'none'];

/** Classes that expire one soon after the other, so that sweeps often take a part of a segment. */
const NEAR_MS = [10_000, 20_000, 40_000, MINUTE_MS, 3 * MINUTE_MS];

/** Draws what is kept: for long by all, or for a short time in any order of the tiers, with classes that differ. */
export function makeRetention(random: SimRandom, isAging: boolean): SimRetention {
  const isNear = isAging || random.chance(0.2);
  const choices = isNear
    ? NEAR_MS
    : random.chance(0.25)
      ? LONG_MS
      : random.chance(0.6)
        ? SHORT_MS
        : [...SHORT_MS, ...LONG_MS];
  const isAny = random.chance(0.7);
  // Some class outlives the others, or their end would be that of whole segments.
  const kept = TIERS.map(() => random.pick(isAging ? LONG_MS : choices));
  // As configurations have them: the coarser a tier, the longer it is kept.
  if (!isAny) kept.sort((a, b) => a - b);
  const patterns = isAging ? ['*0', '*1', '*2'] : random.pick([[], [''], [''], ['', ''], ['', '', '']]);
  const rules = patterns.map((pattern): RetentionRule => {
    const tiers = TIERS.filter(() => isAging || random.chance(0.6));
    const own = Object.fromEntries(tiers.map((tier) => [tier, random.pick(choices)]));
    return { match: pattern === '' ? random.pick(PATTERNS) : pattern, ...own };
  });
  const [raw, m1, m5, h1, d1] = kept as [number, number, number, number, number];
  const isBounded = random.chance(0.25);
  return {
    isNear,
    retention: new RetentionPolicy({ raw, '1m': m1, '5m': m5, '1h': h1, '1d': d1, rules }),
    tierBytesMax: TIERS.map(() => (isBounded && random.chance(0.5) ? random.pick([1, 300, 3_000]) : FOREVER)),
    sweep: {
      intervalMs: random.pick([500, 5_000, 5 * MINUTE_MS]),
      stepKeys: random.pick([1, 3, 2_048]),
      stepBytes: random.pick([1, 500, 100_000]),
      busyMs: random.pick([0, 20, 1_000]),
    },
  };
}
