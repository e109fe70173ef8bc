import { RetentionPolicy, type RetentionRule } from '../../../native-free-core/retention/retention-policy.js';

const FOREVER = Number.POSITIVE_INFINITY;

/** Keeps raw points for a while, but for what the rules say, and cells for ever or as long as is said. */
export function keepRaw(
  raw: number,
  rules: readonly RetentionRule[] = [],
  cells: number = FOREVER,
): RetentionPolicy {
  return new RetentionPolicy({ raw, '1m': cells, '5m': cells, '1h': cells, '1d': cells, rules });
}
