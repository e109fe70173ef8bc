import { ROLLUP_TIERS, type RollupTier, type TierName } from '../../native-free-core/tier/tiers.js';
import { MillraceError } from '../errors.js';
import { formatTime } from '../time/format-time.js';
import { SERIES_POINTS_MAX } from './limits.js';
import type { TimeRange } from './point-scan.js';
import { tooBig } from './stop-check.js';

/** What is asked, and what there is of it. */
export interface AnomalySourceQuestion {
  /** The part of the range that has points. */
  range: TimeRange;
  /** How far before the range a method looks, if that is kept. */
  warmUpMs: number;
  series: number;
  /** The tier that is asked for; undefined: the finest that will do. */
  wanted: TierName | undefined;
  /** From when on a tier is kept. */
  horizonMs: (tier: TierName) => number;
}

/**
 * Where anomalies are looked for: undefined are raw points, where these are kept of the whole range; else the finest tier that is, the means of
 * whose windows stand for points, and which has no more of them than are looked at.
 * @throws MillraceError MR_NOT_KEPT, MR_QUERY_TOO_BIG
 */
export function anomalySource(question: AnomalySourceQuestion): RollupTier | undefined {
  const { range, wanted, horizonMs } = question;
  const isKept = (name: TierName): boolean =>
    horizonMs(name) <= range.startMs || range.startMs >= range.endMs;
  if (wanted === 'raw' || (wanted === undefined && isKept('raw'))) {
    if (isKept('raw')) return undefined;
    throw notKept('raw', horizonMs('raw'));
  }
  const tiers = ROLLUP_TIERS.filter(({ name }) => wanted === undefined || name === wanted);
  const kept = tiers.filter(({ name }) => isKept(name));
  if (kept.length === 0) {
    const longest = tiers.reduce((best, each) => (horizonMs(each.name) < horizonMs(best.name) ? each : best));
    throw notKept(longest.name, horizonMs(longest.name));
  }
  const lengthMs = range.endMs - range.startMs + question.warmUpMs;
  const fitting = kept.find(
    ({ windowMs }) => (lengthMs / windowMs + 2) * question.series <= SERIES_POINTS_MAX,
  );
  if (fitting !== undefined) return fitting;
  throw tooBig(`looks at more than ${SERIES_POINTS_MAX} windows of ${question.series} series one by one`);
}

function notKept(tier: TierName, horizonMs: number): MillraceError {
  const from = formatTime(Math.ceil(horizonMs / 1_000) * 1_000);
  return new MillraceError(
    'MR_NOT_KEPT',
    `Anomalies are looked for in ${tier === 'raw' ? 'raw points' : `windows of ${tier}`}, which are not kept before ${from}. Ask for a start at or after ${from}, or without source=.`,
  );
}
