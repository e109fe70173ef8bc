import type { z } from 'zod';
import { collectBody } from '../body.js';
import type { Access, Edge, Handler, Incoming } from '../edge.js';
import type { Exchange } from '../exchange.js';
import { readValue } from '../ingest/body-reader.js';
import { ORDER_BODY_BYTES_MAX } from '../limits.js';
import { ANSWER_TYPES, type BodyFormat, bodyFormat } from '../media-types.js';
import { type FormatParameter, formatParameter } from '../parameter/format.js';
import {
  type Parameter,
  type ParameterField,
  type ParameterSet,
  type ParameterSource,
  type ParameterValues,
  queryNames,
} from '../parameter/parameter.js';
import type { AnswerFormat } from '../ports.js';
import { writeBody } from '../present/present.js';
import { QueryString } from '../query-string.js';
import type { Method } from '../router.js';
import { readBody } from './read-body.js';

/** The parts of the API, as its documentation groups them. */
export const CALL_GROUPS = [
  'Health and operation',
  'Ingest',
  'Names',
  'Reading',
  'Rollups and retention',
  'Live',
  'Alerts',
  'Documentation',
] as const;
export type CallGroup = (typeof CALL_GROUPS)[number];

/** What a call answers when all is well. */
export interface AnswerDeclaration {
  /** 200 where it is not said. */
  status?: number;
  /** What the JSON form looks like. Tests hold real answers against it. */
  schema: z.ZodType;
  example: object;
  /** The formats that it can be had in, the default first; JSON and MessagePack where it is not said. */
  formats?: readonly AnswerFormat[];
  /** What headers of its own say, by their names. */
  headers?: Readonly<Record<string, string>>;
}

/** An answer that is no object: a page, a text for another program. */
export interface TextAnswerDeclaration {
  contentType: string;
}

/** A body that the handler reads itself, as it streams in; its schema is for the documentation. */
export interface StreamedBody {
  formats: readonly BodyFormat[];
  schema: z.ZodType;
  example: object;
}

/** A body that is read whole and checked before the handler is called. */
export interface BodyDeclaration<B> {
  schema: z.ZodType<B>;
  example: object;
  /** Whether no body at all is the same as `{}`. */
  isOptional?: boolean;
}

/** What a handler is called with: everything read and checked. */
export interface CallContext<P extends ParameterSet, B> {
  exchange: Exchange;
  edge: Edge;
  values: ParameterValues<P>;
  body: B;
  format: AnswerFormat;
  nowMs: number;
  /** Answers with an object in the format asked for (JSON or MessagePack). */
  answer(body: object, status?: number): void;
}

/** One HTTP call, whole: from this the router, the checks, the defaults, the hints and the OpenAPI document are made. */
export interface CallDeclaration<P extends ParameterSet, B> {
  method: Method;
  /** Segments, literal or `{named}`; each named one is a parameter of the path. */
  path: string;
  access: Access;
  group: CallGroup;
  /** A few words, without a full stop. */
  summary: string;
  description?: string;
  parameters?: P;
  body?: BodyDeclaration<B>;
  streamedBody?: StreamedBody;
  answer: AnswerDeclaration | TextAnswerDeclaration;
  /** Parts of a page, which the documentation leaves out. */
  isInternal?: boolean;
  /** Statuses of problems besides those that every call has (400, 401 and 403 by its access, 429, 503). */
  problems?: readonly number[];
  handler(context: CallContext<P, B>): void | Promise<void>;
}

/** A declared call, as the router, the server and the OpenAPI document see it. */
export interface Call {
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
  readonly group: CallGroup;
  readonly summary: string;
  readonly description: string | undefined;
  readonly fields: readonly ParameterField[];
  readonly body: BodyDeclaration<unknown> | undefined;
  readonly streamedBody: StreamedBody | undefined;
  readonly answer: Required<AnswerDeclaration> | TextAnswerDeclaration;
  readonly isInternal: boolean;
  readonly problems: readonly number[];
  readonly handle: Handler;
}

const DEFAULT_FORMATS: readonly AnswerFormat[] = ['json', 'msgpack'];
const JSON_ONLY: readonly AnswerFormat[] = ['json'];

/** Declares a call. docs/architecture.md says how to add one. */
export function defineCall<P extends ParameterSet = Record<never, never>, B = undefined>(
  declaration: CallDeclaration<P, B>,
): Call {
  const { method, path, access, group, summary, description, answer, problems = [] } = declaration;
  const parameters = (declaration.parameters ?? {}) as P;
  const formats = 'contentType' in answer ? JSON_ONLY : (answer.formats ?? DEFAULT_FORMATS);
  const format: FormatParameter | undefined = formats.length > 1 ? formatParameter(formats) : undefined;
  const all: ParameterSet = format === undefined ? parameters : { ...parameters, format };
  const known = queryNames(all);
  const readers = Object.entries(parameters);
  return {
    method,
    path,
    access,
    group,
    summary,
    description,
    fields: Object.values(all).flatMap((parameter) => parameter.fields),
    body: declaration.body,
    streamedBody: declaration.streamedBody,
    answer: 'contentType' in answer ? answer : { status: 200, headers: {}, ...answer, formats },
    isInternal: declaration.isInternal ?? false,
    problems,
    handle: (incoming) => {
      const { exchange, edge } = incoming;
      const query = new QueryString(exchange.query);
      query.refuseOthers(known);
      const source: ParameterSource = {
        query,
        path: incoming.path,
        accept: exchange.accept,
        nowMs: edge.clock.nowMs(),
      };
      const chosen = format?.read(source) ?? formats[0]!;
      const values = readValues<P>(readers, source);
      const base = {
        exchange,
        edge,
        values,
        format: chosen,
        nowMs: source.nowMs,
        answer: answerer(incoming, chosen),
      };
      if (declaration.body === undefined) return declaration.handler({ ...base, body: undefined as B });
      readWhole(incoming, declaration.body, (body) => declaration.handler({ ...base, body }));
    },
  };
}

function readValues<P extends ParameterSet>(
  readers: readonly [string, Parameter<unknown>][],
  source: ParameterSource,
): ParameterValues<P> {
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of readers) values[name] = parameter.read(source);
  return values as ParameterValues<P>;
}

const answerer =
  ({ exchange }: Incoming, format: AnswerFormat) =>
  (body: object, status = 200): void => {
    const written = format === 'msgpack' ? 'msgpack' : 'json';
    exchange.answer(status, ANSWER_TYPES[written], writeBody(body, written));
  };

/** Collects the body, checks it and goes on; what goes wrong later is answered here, since collectBody has returned by then. */
function readWhole<B>(
  { exchange, edge }: Incoming,
  declaration: BodyDeclaration<B>,
  handle: (body: B) => void | Promise<void>,
): void {
  const format = bodyFormat(exchange.contentType, ['json', 'msgpack']) as 'json' | 'msgpack';
  const bytesMax = Math.min(edge.limits.bodyBytes, ORDER_BODY_BYTES_MAX);
  collectBody(exchange, { bytesMax, budget: edge.budget, isOrder: true }, (bytes) => {
    const isLeftOut = declaration.isOptional === true && bytes.length === 0;
    const handled = handle(readBody(declaration.schema, isLeftOut ? {} : readValue(bytes, format)));
    if (handled !== undefined) handled.catch((error: unknown) => exchange.fail(error));
  });
}
