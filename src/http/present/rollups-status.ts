import { formatRetention } from '../../config/quantities.js';
import { formatTime } from '../../time/format-time.js';
import type { QueryRequest } from '../ports.js';
import type { Presenter } from './presenter.js';

export interface RollupsStatusRequest extends QueryRequest {
  kind: 'rollups-status';
  /** By tier, the default retention, ms. */
  retentionMs: readonly number[];
}

/** One tier over all shards. Times are undefined where it holds nothing, or nothing happened yet. */
export interface TierStatus {
  name: string;
  /** 0 of raw. */
  windowMs: number;
  rows: number;
  bytes: number;
  segments: number;
  /** The oldest window's start, or the oldest point. */
  oldestMs: number | undefined;
  /** The newest window's start, or the newest point. */
  newestMs: number | undefined;
  /** The newest point that is in the tier. */
  newestPointMs: number | undefined;
  sweptRows: number;
  lastSweepMs: number | undefined;
}

export interface RollupsStatusResult {
  tiers: TierStatus[];
  /** Points that are stored and in no tier yet, and points that are in no block yet. */
  freshPoints: number;
  openPoints: number;
  /** The newest point of all; undefined: there is none. */
  newestPointMs: number | undefined;
}

const timeOf = (ms: number | undefined): string | null => (ms === undefined ? null : formatTime(ms));

function tierOf(tier: TierStatus, retentionMs: number, newestPointMs: number | undefined): object {
  const lagMs =
    newestPointMs === undefined || tier.newestPointMs === undefined
      ? undefined
      : Math.max(0, newestPointMs - tier.newestPointMs);
  return {
    tier: tier.name,
    window_seconds: tier.windowMs / 1_000,
    retention: formatRetention(retentionMs),
    rows: tier.rows,
    bytes: tier.bytes,
    segments: tier.segments,
    oldest: timeOf(tier.oldestMs),
    newest: timeOf(tier.newestMs),
    lag_seconds: lagMs === undefined ? null : lagMs / 1_000,
    swept_rows: tier.sweptRows,
    last_sweep: timeOf(tier.lastSweepMs),
  };
}

export const rollupsStatusPresenter: Presenter<RollupsStatusRequest, RollupsStatusResult> = {
  kind: 'rollups-status',
  body: ({ retentionMs }, { tiers, freshPoints, openPoints, newestPointMs }) => ({
    tiers: tiers.map((tier, i) => tierOf(tier, retentionMs[i]!, newestPointMs)),
    fresh_points: freshPoints,
    open_points: openPoints,
    newest_point: timeOf(newestPointMs),
  }),
};
