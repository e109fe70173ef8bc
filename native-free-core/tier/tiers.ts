import { assert } from '../assert.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What data is kept as: points, or cells of one window's length. */
export type TierName = 'raw' | '1m' | '5m' | '1h' | '1d';

/** A rollup tier: the cells of windows of one length. */
export interface RollupTier {
  name: Exclude<TierName, 'raw'>;
  windowMs: number;
  /**
   * Stored blocks of the tier never cross a multiple of this (ms since the epoch): a sweep removes whole blocks, and a
   * merge looks at one stretch only. A stretch of a series is some hundred rows, or days would be mostly headers.
   */
  stretchMs: number;
}

/** The rollup tiers, finest first; each window is whole windows of the tier before. */
export const ROLLUP_TIERS: readonly RollupTier[] = [
  { name: '1m', windowMs: MINUTE_MS, stretchMs: DAY_MS },
  { name: '5m', windowMs: 5 * MINUTE_MS, stretchMs: 4 * DAY_MS },
  { name: '1h', windowMs: HOUR_MS, stretchMs: 32 * DAY_MS },
  { name: '1d', windowMs: DAY_MS, stretchMs: 512 * DAY_MS },
];

/** The same for raw points. */
export const RAW_STRETCH_MS = DAY_MS;

/** All tiers, finest first: the order of columns in records and reports. */
export const TIER_NAMES: readonly TierName[] = ['raw', '1m', '5m', '1h', '1d'];

ROLLUP_TIERS.forEach((tier, i) => {
  assert(tier.stretchMs % tier.windowMs === 0, 'a stretch must hold whole windows');
  assert(
    i === 0 || tier.windowMs % ROLLUP_TIERS[i - 1]!.windowMs === 0,
    'a window must hold whole windows of the finer tier',
  );
});
