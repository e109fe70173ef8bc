import { FILL, FLAG, LABEL_NAMES } from '../schema/vocabulary.js';
import { SOURCE } from '../schema/windows.js';
import { queryParameter } from './parameter.js';

/** Parameters of several reading calls. */

export const GROUP_BY = queryParameter('group_by', LABEL_NAMES.optional());

export const SOURCE_PARAMETER = queryParameter('source', SOURCE.optional());

export const FILL_PARAMETER = queryParameter('fill', FILL.optional());

/** Whether the answer is to tell where it came from and what it cost. */
export const TRACE = queryParameter(
  'trace',
  FLAG.optional().meta({
    description: 'Adds `trace`: sources, what was read, and what the time went into.',
    examples: ['1'],
  }),
);
