import { z } from 'zod';
import { checkSelectors } from '../http/parameter/selectors.js';
import { resolveTarget } from '../http/parameter/target.js';
import type { LabelMatcher } from '../http/ports.js';
import { duration, LABEL_NAMES, METRIC_NAME, SELECTOR } from '../http/schema/vocabulary.js';
import { STATS_MAX, WINDOW_MS_MAX, WINDOW_MS_MIN } from './limits.js';
import type { LiveQuestion } from './question.js';
import { parseWindowStat, WINDOW_STATS_WANTED, type WindowStat } from './window-stat.js';

/** What subscriptions are made of, as schemas: in commands of /ws/stream, and as parameters of /api/v1/stream. */

export const LIVE_WINDOW = duration({
  minMs: WINDOW_MS_MIN,
  maxMs: WINDOW_MS_MAX,
  boundsText: 'from 1s to 1d',
  example: '1s',
});

const STATS_TEXT = `up to ${STATS_MAX} of ${WINDOW_STATS_WANTED}`;

/** Statistics by name, as a list or as text with commas between them. */
export const LIVE_STATS = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
    z
      .array(z.string({ error: STATS_TEXT }), { error: STATS_TEXT })
      .transform((names, context): WindowStat[] => {
        const stats = names.map(parseWindowStat);
        if (names.length > 0 && names.length <= STATS_MAX && !stats.includes(undefined))
          return stats as WindowStat[];
        context.issues.push({ code: 'custom', message: STATS_TEXT, input: names });
        return z.NEVER;
      }),
  )
  .meta({ description: `Statistics of a window: ${STATS_TEXT}.`, examples: ['mean,p99'] });

const STATS_DEFAULT: WindowStat[] = [{ name: 'mean' }];

/** What a subscriber names. */
export interface SubscriptionParts {
  metric: string | undefined;
  selectors: readonly LabelMatcher[];
  windowMs: number | undefined;
  stats: WindowStat[] | undefined;
  groupBy: string[] | undefined;
}

/**
 * The question of a subscription: windows where a window is named, else points.
 * @throws MillraceError 400
 */
export function questionOf({ metric, selectors, windowMs, stats, groupBy }: SubscriptionParts): LiveQuestion {
  const target = resolveTarget(metric, checkSelectors([...selectors]));
  if (windowMs === undefined) return { kind: 'points', ...target };
  return { kind: 'windows', ...target, windowMs, stats: stats ?? STATS_DEFAULT, groupBy: groupBy ?? [] };
}

const ID = z.union([z.string().max(256), z.number()], { error: 'a text or a number of your own' });

/** A command of /ws/stream. */
export const STREAM_COMMAND = z.discriminatedUnion(
  'op',
  [
    z.strictObject({
      op: z.literal('subscribe'),
      id: ID,
      metric: METRIC_NAME.optional(),
      match: z.union([SELECTOR, z.array(SELECTOR)]).optional(),
      window: LIVE_WINDOW.optional(),
      stats: LIVE_STATS.optional(),
      group_by: LABEL_NAMES.optional(),
      alerts: z.literal(false, { error: 'left out: alerts are not served by this version' }).optional(),
    }),
    z.strictObject({ op: z.literal('unsubscribe'), id: ID }),
  ],
  { error: 'subscribe or unsubscribe' },
);

export type StreamCommand = z.output<typeof STREAM_COMMAND>;
export type StreamId = z.output<typeof ID>;
