import { badBody } from '../ingest/body-reader.js';

/**
 * The value of a member of a body that has another name.
 * @throws MillraceError 400 where both are given
 */
export function oneMember<T>(
  name: string,
  value: T | undefined,
  alias: string,
  aliasValue: T | undefined,
): T | undefined {
  if (value === undefined) return aliasValue;
  if (aliasValue === undefined) return value;
  throw badBody(`an object with either ${name} or ${alias}, which are the same; got both`, { member: alias });
}
