import type { Call } from '../call/call.js';
import { CALL_GROUPS } from '../call/call.js';
import { ANSWER_TYPES, BODY_TYPES, type BodyFormat } from '../media-types.js';
import type { ParameterField } from '../parameter/parameter.js';
import { COLUMNS } from '../schema/answers.js';
import { type JsonSchema, jsonSchemaOf } from '../schema/json-schema.js';
import { PROBLEM_SCHEMA, problemResponses } from './problem-responses.js';

const DESCRIPTION = `Metrics in, statistics out. Times are an age (15m, 7d), now, RFC 3339, epoch seconds or epoch milliseconds (from 1e11 on); ranges are half-open; \
times in answers are RFC 3339 in UTC. Besides these calls there is the binary protocol for bulk ingest at /ws/ingest (docs/protocol.md).`;

/** The formats of a body that is read whole. */
const WHOLE_BODIES: readonly BodyFormat[] = ['json', 'msgpack'];

/** An OpenAPI 3.1 document of calls, made from the schemas that check their parameters and bodies. */
export function openApiDocument(calls: readonly Call[], version: string): Record<string, unknown> {
  const shown = calls.filter((call) => !call.isInternal);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const call of shown) {
    paths[call.path] ??= {};
    paths[call.path]![call.method.toLowerCase()] = operationOf(call);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: CALL_GROUPS.filter((group) => shown.some((call) => call.group === group)).map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: PROBLEM_SCHEMA, Columns: jsonSchemaOf(COLUMNS, 'output') },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf(call: Call): Record<string, unknown> {
  const body = bodyOf(call);
  return {
    operationId: operationId(call),
    tags: [call.group],
    summary: call.summary,
    ...(call.description === undefined ? {} : { description: call.description }),
    parameters: call.fields.flatMap(parametersOf),
    ...(body === undefined
      ? {}
      : { requestBody: { required: call.body?.isOptional !== true, content: body } }),
    responses: { ...goodResponse(call), ...problemResponses(call) },
    // Tokens are needed only where some are configured.
    ...(call.access === 'read' ? {} : { security: [{ token: [] }, {}] }),
  };
}

/** `GET /api/v1/stats/{metric}` as `getApiV1StatsMetric`. */
function operationId({ method, path }: Call): string {
  const words = path.split(/[^a-zA-Z0-9]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

function parametersOf(field: ParameterField): object[] {
  const schema = jsonSchemaOf(field.schema, 'input');
  if (field.name.endsWith('.')) return [openParameter(field, schema)];
  const { description, ...rest } = schema;
  const parameter = {
    name: field.name,
    in: field.in,
    required: field.in === 'path' || !field.schema.safeParse(undefined).success,
    ...(description === undefined ? {} : { description }),
    schema: field.isRepeated ? { type: 'array', items: rest } : rest,
    ...(field.isRepeated ? { style: 'form', explode: true, required: false } : {}),
  };
  const aliases = field.aliases.map((alias) => ({
    ...parameter,
    name: alias,
    required: false,
    description: `Another name of ${field.name}.`,
  }));
  return [parameter, ...aliases];
}

/** Parameters with a name that the client chooses behind a dot: an exploded object is what OpenAPI has for it. */
function openParameter(field: ParameterField, { description, ...values }: JsonSchema): object {
  const example = (values['examples'] as unknown[] | undefined)?.[0];
  return {
    name: `${field.name}NAME`,
    in: 'query',
    required: false,
    description,
    style: 'form',
    explode: true,
    schema: {
      type: 'object',
      patternProperties: { [`^${field.name.replace('.', '\\.')}.+`]: values },
      additionalProperties: false,
      ...(example === undefined ? {} : { examples: [{ [`${field.name}region`]: example }] }),
    },
  };
}

function bodyOf(call: Call): Record<string, object> | undefined {
  const declared = call.streamedBody ?? call.body;
  if (declared === undefined) return undefined;
  const schema = jsonSchemaOf(declared.schema, 'input');
  const formats = call.streamedBody?.formats ?? WHOLE_BODIES;
  return Object.fromEntries(
    formats.map((format) => [
      BODY_TYPES[format],
      format === 'ndjson'
        ? { schema: { type: 'string', description: 'An item of the list a line.' } }
        : { schema, ...(format === 'json' ? { example: declared.example } : {}) },
    ]),
  );
}

function goodResponse({ answer }: Call): Record<string, object> {
  if ('contentType' in answer) {
    return { 200: { description: 'OK', content: { [answer.contentType]: { schema: { type: 'string' } } } } };
  }
  const schema = jsonSchemaOf(answer.schema, 'output');
  const whole = answer.formats.includes('columns')
    ? { anyOf: [schema, { $ref: '#/components/schemas/Columns' }] }
    : schema;
  const content: Record<string, object> = {};
  for (const format of answer.formats) {
    if (format === 'columns' || format === 'columns_msgpack') continue;
    const isText = format === 'csv' || format === 'ndjson';
    content[ANSWER_TYPES[format]] = {
      schema: isText ? { type: 'string' } : whole,
      ...(format === 'json' ? { example: answer.example } : {}),
    };
  }
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  );
  const own = Object.keys(headers).length === 0 ? {} : { headers };
  return { [answer.status]: { description: 'OK', ...own, content } };
}
