import { TIER_NAMES, type TierName } from '../tier/tiers.js';

/** What an answer calls the tier that it was made from. */
export const DATA_SOURCES: Readonly<Record<TierName, string>> = {
  raw: 'metrics',
  '1m': 'metrics_1min',
  '5m': 'metrics_5min',
  '1h': 'metrics_1hour',
  '1d': 'metrics_daily',
};

/** Every name that a tier can be asked for by: its own, and that of its data source. */
export const SOURCE_NAMES: readonly string[] = [...TIER_NAMES, ...Object.values(DATA_SOURCES)];

/** The tier of either of its names; undefined for another text. */
export function tierOfSource(text: string): TierName | undefined {
  return TIER_NAMES.find((name) => name === text || DATA_SOURCES[name] === text);
}
