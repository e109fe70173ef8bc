import { z } from 'zod';
import { MATCHERS_MAX } from '../limits.js';
import type { LabelMatcher } from '../ports.js';
import { badParameter } from '../query-string.js';
import { SELECTOR } from '../schema/vocabulary.js';
import { type Parameter, type ParameterField, parseText, queryField } from './parameter.js';

const host = queryField(
  'host',
  z
    .string()
    .optional()
    .meta({ description: 'Short for label.host.', examples: ['web-1'] }),
);

const labels: ParameterField = {
  ...queryField(
    'label.',
    z.string().meta({
      description: 'The value that the label NAME must have; empty: only series without it.',
      examples: ['eu'],
    }),
  ),
  isRepeated: true,
};

const match: ParameterField = { ...queryField('match', SELECTOR), isRepeated: true };

/** @throws MillraceError 400 where there are more conditions than a query may have */
export function checkSelectors(selectors: LabelMatcher[]): LabelMatcher[] {
  if (selectors.length <= MATCHERS_MAX) return selectors;
  throw badParameter('match', `at most ${MATCHERS_MAX} conditions in all`, `${selectors.length}`);
}

/**
 * `host=`, `label.NAME=` and `match=`, all of which must hold. An empty `host=` asks for nothing; an empty
 * `label.NAME=` asks for series without that label.
 */
export const SELECTORS: Parameter<LabelMatcher[]> = {
  fields: [host, labels, match],
  read: ({ query }) => {
    const selectors: LabelMatcher[] = [];
    const hostGiven = query.one('host');
    if (hostGiven !== undefined) selectors.push({ label: 'host', op: '=', value: hostGiven.value });
    for (const { rest, value } of query.withPrefix('label.')) {
      if (rest === '') throw badParameter('label.', 'label.NAME with the name of a label', 'no name');
      selectors.push({ label: rest, op: '=', value });
    }
    for (const text of query.all('match')) selectors.push(...parseText(SELECTOR, 'match', text));
    return checkSelectors(selectors);
  },
};
