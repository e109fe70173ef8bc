import type { z } from 'zod';
import { badParameter, type QueryString, quoted } from '../query-string.js';
import { wantedOf } from '../schema/wanted.js';

/** One parameter as a client writes it, and as OpenAPI describes it. */
export interface ParameterField {
  in: 'query' | 'path';
  /** A name that ends in a dot stands for all that begin so, such as `label.`. */
  name: string;
  /** Other names of the same. */
  aliases: readonly string[];
  /** Validates, and turns the text into a value. What it says of undefined decides whether the parameter may be left out. */
  schema: z.ZodType;
  /** Whether it may be given more than once. */
  isRepeated: boolean;
}

/** Where parameters are read from. */
export interface ParameterSource {
  query: QueryString;
  /** Of the path, decoded, by name. */
  path: ReadonlyMap<string, string>;
  /** The Accept header. */
  accept: string;
  nowMs: number;
}

/** A value that a call reads from one or several fields. Groups that calls share are constants of this folder. */
export interface Parameter<T> {
  fields: readonly ParameterField[];
  /** @throws MillraceError 400 that names the field */
  read(source: ParameterSource): T;
}

/** The parameters of a call, by the names under which its handler gets their values. */
export type ParameterSet = Readonly<Record<string, Parameter<unknown>>>;

export type ParameterValues<P extends ParameterSet> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

export function queryField(name: string, schema: z.ZodType, ...aliases: string[]): ParameterField {
  return { in: 'query', name, aliases, schema, isRepeated: false };
}

/** A query parameter of one name (and its aliases). An empty one counts as not given. */
export function queryParameter<S extends z.ZodType>(
  name: string,
  schema: S,
  ...aliases: string[]
): Parameter<z.output<S>> {
  const field = queryField(name, schema, ...aliases);
  return { fields: [field], read: (source) => readField<S>(field, source) };
}

/** A `{name}` of the path. */
export function pathParameter<S extends z.ZodType>(name: string, schema: S): Parameter<z.output<S>> {
  const field: ParameterField = { in: 'path', name, aliases: [], schema, isRepeated: false };
  return {
    fields: [field],
    read: ({ path }) => parseText(schema, name, path.get(name)) as z.output<S>,
  };
}

/** The value of a query field. @throws MillraceError 400 */
export function readField<S extends z.ZodType>(
  field: ParameterField,
  { query }: ParameterSource,
): z.output<S> {
  const given = query.one(field.name, ...field.aliases);
  if (given === undefined) return ofNothing(field) as z.output<S>;
  return parseText(field.schema as S, given.name, given.value);
}

/** What fields stand for that are left out, where that is no object, which a handler might change. */
const leftOut = new WeakMap<ParameterField, { value: unknown }>();

/** The value of a field that is left out. @throws MillraceError 400 where it may not be */
function ofNothing(field: ParameterField): unknown {
  const known = leftOut.get(field);
  if (known !== undefined) return known.value;
  const value = parseText(field.schema, field.name, undefined);
  if (typeof value !== 'object') leftOut.set(field, { value });
  return value;
}

/** @throws MillraceError 400 that says what was wanted */
export function parseText<S extends z.ZodType>(
  schema: S,
  name: string,
  text: string | undefined,
): z.output<S> {
  const result = schema.safeParse(text, { error: wantedOf });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const params = issue.code === 'custom' ? (issue.params ?? {}) : {};
  throw badParameter(name, issue.message, text === undefined ? 'nothing' : quoted(text), params);
}

/** All names that a call's query string may have. */
export function queryNames(parameters: ParameterSet): string[] {
  return Object.values(parameters)
    .flatMap(({ fields }) => fields)
    .filter((field) => field.in === 'query')
    .flatMap((field) => [field.name, ...field.aliases]);
}
