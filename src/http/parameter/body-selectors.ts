import { z } from 'zod';
import type { LabelMatcher } from '../ports.js';
import { LABELS, SELECTOR } from '../schema/vocabulary.js';
import { oneMember } from './one-member.js';

/** The members by which a body says which series it reads. */
export const BODY_SELECTORS = {
  host: z
    .string()
    .optional()
    .meta({ description: 'Short for the label host.', examples: ['web-1'] }),
  labels: LABELS.optional(),
  tags: LABELS.optional().meta({ description: 'Another name of labels.' }),
  match: SELECTOR.optional(),
} as const;

/**
 * The conditions of a body, all of which must hold. As in a query string, an empty host asks for nothing.
 * @throws MillraceError 400 where labels and tags are both given
 */
export function bodySelectors(body: {
  host?: string | undefined;
  labels?: LabelMatcher[] | undefined;
  tags?: LabelMatcher[] | undefined;
  match?: LabelMatcher[] | undefined;
}): LabelMatcher[] {
  const { host = '', labels, tags, match = [] } = body;
  const hosts: LabelMatcher[] = host === '' ? [] : [{ label: 'host', op: '=', value: host }];
  return [...hosts, ...(oneMember('labels', labels, 'tags', tags) ?? []), ...match];
}
