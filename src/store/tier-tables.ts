import { SEGMENT_RAW, SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import {
  RAW_STRETCH_MS,
  ROLLUP_TIERS,
  TIER_NAMES,
  type TierName,
} from '../../native-free-core/tier/tiers.js';
import {
  TABLE_FRESH,
  TABLE_RAW,
  TABLE_ROLLUP_1D,
  TABLE_ROLLUP_1H,
  TABLE_ROLLUP_1M,
  TABLE_ROLLUP_5M,
} from './store-layout.js';

/** Where a tier lies in the store, and how. */
export interface TierTable {
  /** Its place in TIER_NAMES, in TIER keys and in every column of tiers. */
  tier: number;
  name: TierName;
  table: number;
  /** Of its segments. */
  kind: number;
  /** 0 of raw. */
  windowMs: number;
  /** Its segments lie between two multiples of this. */
  stretchMs: number;
}

export const RAW_TIER = 0;

const TABLES = [TABLE_RAW, TABLE_ROLLUP_1M, TABLE_ROLLUP_5M, TABLE_ROLLUP_1H, TABLE_ROLLUP_1D];

/** The tables of the tiers, in the order of TIER_NAMES. This is the one place that maps a tier to its table. */
export const TIER_TABLES: readonly TierTable[] = TIER_NAMES.map((name, tier) => {
  const rollup = ROLLUP_TIERS[tier - 1];
  return {
    tier,
    name,
    table: TABLES[tier]!,
    kind: rollup === undefined ? SEGMENT_RAW : SEGMENT_ROLLUP,
    windowMs: rollup?.windowMs ?? 0,
    stretchMs: rollup?.stretchMs ?? RAW_STRETCH_MS,
  };
});

/** The tables that hold points: what a flush left, and what compactions made of it. */
export const POINT_TABLES: readonly number[] = [TABLE_FRESH, TABLE_RAW];
