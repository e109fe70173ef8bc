import type { z } from 'zod';
import { badBody } from '../ingest/body-reader.js';
import { describe } from '../ingest/point-batch.js';
import { nearest } from '../nearest.js';
import { wantedOf } from '../schema/wanted.js';

/**
 * Holds a body against the schema of its call.
 * @throws MillraceError 400 that names the member and says what was wanted and what came
 */
export function readBody<B>(schema: z.ZodType<B>, value: unknown): B {
  const result = schema.safeParse(value, { error: wantedOf });
  if (result.success) return result.data;
  const { issues } = result.error;
  // What is unknown says more than what is missing: mostly it is a slip in the name of that.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const near = nearest(issue.keys[0]!, memberNames(schema, path), 1)[0];
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    const where = path.length === 0 ? '' : ` in ${path.join('.')}`;
    throw badBody(`without the unknown member ${JSON.stringify(issue.keys[0])}${where}${hint}`, {
      member: [...path, issue.keys[0]].join('.'),
    });
  }
  const came = describe(memberAt(value, path));
  if (path.length === 0) throw badBody(`${issue.message}; got ${came}`);
  const member = path.join('.');
  throw badBody(`an object whose ${member} is ${issue.message}; got ${came}`, { member });
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  let at: unknown = value;
  for (const name of path)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined;
  return at;
}

/** The members of the object that a schema has at a path; none where it is no plain object. */
function memberNames(schema: z.ZodType, path: readonly string[]): string[] {
  let at: unknown = schema;
  for (const name of path) at = shapeOf(at)?.[name];
  return Object.keys(shapeOf(at) ?? {});
}

/** The shape of an object schema, through what is wrapped around it. */
function shapeOf(schema: unknown): Record<string, z.ZodType> | undefined {
  const { shape, def } = (schema ?? {}) as {
    shape?: Record<string, z.ZodType>;
    def?: { innerType?: unknown; in?: unknown };
  };
  if (shape !== undefined) return shape;
  const inner = def?.innerType ?? def?.in;
  return inner === undefined ? undefined : shapeOf(inner);
}
