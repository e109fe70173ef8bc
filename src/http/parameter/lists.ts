import { z } from 'zod';
import { formatTime } from '../../time/format-time.js';
import { resolveTime, type WrittenTime } from '../../time/parse-time.js';
import { LIST_LIMIT_MAX, SEARCH_LENGTH_MAX } from '../limits.js';
import type { LabelMatcher } from '../ports.js';
import { badParameter } from '../query-string.js';
import { SELECTOR, TIME, whole } from '../schema/vocabulary.js';
import {
  type Parameter,
  type ParameterField,
  parseText,
  queryField,
  queryParameter,
  readField,
} from './parameter.js';
import { checkSelectors } from './selectors.js';

/** Parameters of the calls that list names. */

export const SEARCH = queryParameter(
  'search',
  z
    .string()
    .max(SEARCH_LENGTH_MAX, { error: `a text of at most ${SEARCH_LENGTH_MAX} characters` })
    .optional()
    .meta({
      description:
        'Only names with this text in them, whatever its case; those that begin with it come first.',
      examples: ['cpu'],
    }),
);

export const LIST_LIMIT = queryParameter(
  'limit',
  whole({ min: 1, max: LIST_LIMIT_MAX })
    .optional()
    .meta({ description: 'The most names to answer with; all, where it is not given.', examples: [50] }),
);

const anyOf: ParameterField = {
  ...queryField(
    'match[]',
    SELECTOR.meta({
      description:
        'As Prometheus has it: series that meet one of several selectors. `match` are conditions that all must hold.',
      examples: ['cpu_usage{region="eu"}'],
    }),
  ),
  isRepeated: true,
};

/** `match[]=`, of which one must hold. */
export const MATCH_ANY: Parameter<LabelMatcher[][]> = {
  fields: [anyOf],
  read: ({ query }) => {
    const selectors = query.all('match[]').map((text) => parseText(SELECTOR, 'match[]', text));
    checkSelectors(selectors.flat());
    return selectors;
  },
};

const start = queryField(
  'start',
  TIME.optional().meta({ description: 'Only series with a last point not before it.' }),
  'start_time',
);
const end = queryField(
  'end',
  TIME.optional().meta({ description: 'Only series with a first point not behind it.' }),
  'end_time',
);

/** `start` and `end` of lists, either of which may be left out: only names of series that were there then. */
export const ALIVE: Parameter<{ startMs: number; endMs: number } | undefined> = {
  fields: [start, end],
  read: (source) => {
    const given = (field: ParameterField): WrittenTime | undefined =>
      readField(field, source) as WrittenTime | undefined;
    const [from, to] = [given(start), given(end)];
    if (from === undefined && to === undefined) return undefined;
    const startMs = from === undefined ? Number.NEGATIVE_INFINITY : resolveTime(from, source.nowMs);
    const endMs = to === undefined ? Number.POSITIVE_INFINITY : resolveTime(to, source.nowMs);
    if (startMs <= endMs) return { startMs, endMs };
    throw badParameter(
      'start',
      'not behind end',
      `start ${formatTime(startMs)} and end ${formatTime(endMs)}`,
    );
  },
};
