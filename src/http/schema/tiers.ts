import { z } from 'zod';
import { TIER_NAMES } from '../../../native-free-core/tier/tiers.js';

/** The name of a tier. */
export const TIER = z
  .enum(TIER_NAMES)
  .meta({ description: 'Raw points, or cells of windows of that length.' });

/** What a call took away from a tier. */
export const TIER_CHANGE = z.looseObject({
  tier: TIER,
  rows: z.int().meta({ description: 'Points of raw, cells of a rollup.' }),
});
