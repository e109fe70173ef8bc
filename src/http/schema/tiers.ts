import { z } from 'zod';
import { TIER_NAMES } from '../../../native-free-core/tier/tiers.js';

/** The name of a tier. */
export const TIER = z
  .enum(TIER_NAMES)
  .meta({ description: 'Raw points, or cells of windows of that length.' });

/** What a call that changes stored points could not read. */
export const DAMAGED_SEGMENTS = z.int().meta({
  description:
    'Segments with series and times that are meant which do not read: they are as they were, and may still hold some of it. The log and millrace check name them.',
});

/** What a call took away from a tier. */
export const TIER_CHANGE = z.looseObject({
  tier: TIER,
  rows: z.int().meta({ description: 'Points of raw, cells of a rollup.' }),
});
