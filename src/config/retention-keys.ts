import { z } from 'zod';
import { RETENTION_RULES_MAX } from '../../native-free-core/limits.js';
import { TIER_NAMES, type TierName } from '../../native-free-core/tier/tiers.js';
import { DEFAULTS } from './defaults.js';
import { keyInfos } from './key-info.js';
import { bytesFrom, FOREVER, formatBytes, formatRetention, retentionFrom, UNLIMITED } from './quantities.js';

const RETENTION_MS_MIN = 60_000;
const RETENTION_MS_MAX = 36_500 * 86_400_000;
const TIER_BYTES_MIN = 1024 ** 2;
const TIER_BYTES_MAX = 1024 * 1024 ** 4;

export const RETENTION_WANTED = `a duration, such as 7d or 1y, from ${formatRetention(RETENTION_MS_MIN)} to ${formatRetention(RETENTION_MS_MAX)}, or forever`;

const isRetention = (value: unknown): boolean =>
  value === FOREVER ||
  (Number.isInteger(value) && Number(value) >= RETENTION_MS_MIN && Number(value) <= RETENTION_MS_MAX);

const isTierBytes = (value: unknown): boolean =>
  value === UNLIMITED ||
  (Number.isInteger(value) && Number(value) >= TIER_BYTES_MIN && Number(value) <= TIER_BYTES_MAX);

const retentionMs = z.preprocess(retentionFrom, z.custom<number>(isRetention));

const retention = (description: string, fallback: number) =>
  retentionMs.default(fallback).register(keyInfos, {
    description,
    wanted: RETENTION_WANTED,
    defaultText: formatRetention(fallback),
    placeholder: '<duration>',
  });

const tierBytes = (what: string) =>
  z
    .preprocess(
      (value) => (value === 'unlimited' ? UNLIMITED : bytesFrom(value)),
      z.custom<number>(isTierBytes),
    )
    .default(UNLIMITED)
    .register(keyInfos, {
      description: `Bytes that ${what} may take; beyond them the oldest go first.`,
      wanted: `bytes, such as 50GiB, from ${formatBytes(TIER_BYTES_MIN)} to ${formatBytes(TIER_BYTES_MAX)}, or unlimited`,
      defaultText: 'unlimited',
      placeholder: '<bytes>',
    });

/** One rule: a glob on the metric's name, and the tiers that it keeps otherwise than the defaults say. */
const rule = z.strictObject({
  match: z.string().min(1).max(256),
  raw: retentionMs.optional(),
  '1m': retentionMs.optional(),
  '5m': retentionMs.optional(),
  '1h': retentionMs.optional(),
  '1d': retentionMs.optional(),
});

/** The members of a rule, for messages. */
export const RULE_MEMBERS: readonly string[] = ['match', ...TIER_NAMES];

export const retentionKeys = z
  .strictObject({
    raw: retention(
      'How long raw points are kept; older ones are rejected as too_old.',
      DEFAULTS.retention.raw,
    ),
    '1m': retention('How long cells of 1 minute are kept.', DEFAULTS.retention['1m']),
    '5m': retention('How long cells of 5 minutes are kept.', DEFAULTS.retention['5m']),
    '1h': retention('How long cells of 1 hour are kept.', DEFAULTS.retention['1h']),
    '1d': retention('How long cells of 1 day are kept.', DEFAULTS.retention['1d']),
    rules: z
      .preprocess(rulesFrom, z.array(rule).max(RETENTION_RULES_MAX))
      .default([])
      .register(keyInfos, {
        description: 'Retention of metrics by a pattern of their names; the first that matches decides.',
        wanted: `a list of at most ${RETENTION_RULES_MAX} such as {match: "debug.*", raw: 1d, 1m: 7d}, with durations as above`,
        defaultText: 'none',
        placeholder: '<list>',
      }),
  })
  .prefault({});

export const retentionBytesKeys = z
  .strictObject({
    raw: tierBytes('raw points'),
    '1m': tierBytes('cells of 1 minute'),
    '5m': tierBytes('cells of 5 minutes'),
    '1h': tierBytes('cells of 1 hour'),
    '1d': tierBytes('cells of 1 day'),
  })
  .prefault({});

/** A list from the text of a flag or a variable, as JSON; anything else is for the schema to refuse. */
function rulesFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * The two ways to write retention in a file: a map of keys, or a list of rules, in which one without `match`, or with
 * `match: '*'`, sets the defaults. Answers the map.
 */
export function retentionMap(list: readonly unknown[]): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  const rules: unknown[] = [];
  for (const entry of list) {
    const isMap = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
    const { match, ...tiers } = isMap ? (entry as Record<string, unknown>) : { match: entry };
    if (isMap && (match === undefined || match === '*')) Object.assign(map, tiers);
    else rules.push(entry);
  }
  return rules.length === 0 ? map : { ...map, rules };
}

/** How many bytes each tier may have, in the tiers' order. */
export const tierBytesMax = ({ retentionBytes }: { retentionBytes: Record<TierName, number> }): number[] =>
  TIER_NAMES.map((tier) => retentionBytes[tier]);
