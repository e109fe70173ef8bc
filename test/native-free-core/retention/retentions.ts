import { RetentionPolicy, type RetentionRule } from '../../../native-free-core/retention/retention-policy.js';

const FOREVER = Number.POSITIVE_INFINITY;

/** Keeps raw points for a while, but for what the rules say, and cells for ever. */
export function keepRaw(raw: number, rules: readonly RetentionRule[] = []): RetentionPolicy {
  return new RetentionPolicy({ raw, '1m': FOREVER, '5m': FOREVER, '1h': FOREVER, '1d': FOREVER, rules });
}
