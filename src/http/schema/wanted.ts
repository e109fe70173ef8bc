import type { z } from 'zod';

const TYPE_TEXTS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
};

const quote = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function sizeText(
  issue: { origin: string; inclusive?: boolean | undefined },
  most: boolean,
  bound: string,
): string {
  const bounds = most ? `at most ${bound}` : `at least ${bound}`;
  if (issue.origin === 'string') return `a text of ${bounds} characters`;
  if (issue.origin === 'array' || issue.origin === 'set') return `a list of ${bounds} items`;
  if (issue.inclusive === false) return `a number ${most ? 'below' : 'above'} ${bound}`;
  return `a number of ${bounds}`;
}

/**
 * What a schema wanted of a value that it refused, to stand behind "must be": the messages of all schemas that bring
 * none of their own. Given to every parse as its error map.
 */
export function wantedOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_TEXTS[issue.expected] ?? `of type ${issue.expected}`;
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(quote).join(', ')}`;
    case 'too_small':
      return sizeText(issue, false, String(issue.minimum));
    case 'too_big':
      return sizeText(issue, true, String(issue.maximum));
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `text of the form ${issue.format}`;
    case 'unrecognized_keys':
      return `without ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'invalid_union':
      // The first form is the usual one.
      return issue.errors[0]?.[0]?.message ?? 'of one of the forms that docs/http-api.md lists';
    default:
      return 'of another form';
  }
}
