import { z } from 'zod';
import { LIST_LIMIT_MAX, SEARCH_LENGTH_MAX } from '../limits.js';
import { whole } from '../schema/vocabulary.js';
import { queryParameter } from './parameter.js';

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
