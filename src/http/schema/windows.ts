import { z } from 'zod';
import {
  AGGREGATION_WANTED,
  type Aggregation,
  parseAggregation,
} from '../../../native-free-core/query/aggregation.js';
import { SOURCE_NAMES, tierOfSource } from '../../../native-free-core/query/data-source.js';
import { ROLLUP_TIERS, type TierName } from '../../../native-free-core/tier/tiers.js';
import { formatDuration } from '../../time/duration.js';
import { WINDOW_MS_MAX } from '../limits.js';
import { badParameter } from '../query-string.js';
import { duration } from './vocabulary.js';

/** The words of calls about windows. */

/** The length of a window: whole seconds by the form of durations. */
export const windowOf = (example: string) =>
  duration({
    minMs: 1_000,
    maxMs: WINDOW_MS_MAX,
    boundsText: `from 1s to ${formatDuration(WINDOW_MS_MAX)}`,
    example,
  });

/** One aggregation by its name. */
export const AGGREGATION = z
  .string({ error: AGGREGATION_WANTED })
  .transform((name, context): Aggregation => {
    const aggregation = parseAggregation(name);
    if (aggregation !== undefined) return aggregation;
    context.issues.push({ code: 'custom', message: AGGREGATION_WANTED, input: name });
    return z.NEVER;
  })
  .meta({ description: `What is computed: ${AGGREGATION_WANTED}.`, examples: ['mean'] });

const SOURCE_WANTED = `one of ${SOURCE_NAMES.join(', ')}`;

/** The tier that an answer is to be made from. */
export const SOURCE = z
  .string({ error: SOURCE_WANTED })
  .transform((name, context): TierName => {
    const tier = tierOfSource(name);
    if (tier !== undefined) return tier;
    context.issues.push({ code: 'custom', message: SOURCE_WANTED, input: name });
    return z.NEVER;
  })
  .meta({
    description: 'The tier that the answer is made from, instead of the one that the planner chooses.',
    examples: ['1m'],
  });

/**
 * Holds a source against the windows that are asked for.
 * @throws MillraceError 400 where they are no multiple of its own
 */
export function checkSource(source: TierName | undefined, stepMs: number, parameter: string): void {
  const windowMs = ROLLUP_TIERS.find(({ name }) => name === source)?.windowMs ?? 1;
  if (stepMs % windowMs === 0) return;
  const wanted = `a multiple of ${formatDuration(windowMs)}, the window of the source ${source}`;
  throw badParameter(parameter, wanted, formatDuration(stepMs));
}
