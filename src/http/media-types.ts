import { MillraceError } from '../errors.js';
import type { AnswerFormat } from './ports.js';

/** What a body is, by its Content-Type. */
export type BodyFormat = 'json' | 'msgpack' | 'ndjson';

const BODY_FORMATS: Readonly<Record<string, BodyFormat>> = {
  'application/json': 'json',
  'application/msgpack': 'msgpack',
  'application/vnd.msgpack': 'msgpack',
  'application/x-msgpack': 'msgpack',
  'application/x-ndjson': 'ndjson',
};

/** What MessagePack is called: by the contract, by IANA, and before that. */
const MSGPACK_NAMES = Object.keys(BODY_FORMATS).filter((type) => BODY_FORMATS[type] === 'msgpack');

/** The Content-Type of each format of body. */
export const BODY_TYPES: Readonly<Record<BodyFormat, string>> = {
  json: 'application/json',
  msgpack: 'application/msgpack',
  ndjson: 'application/x-ndjson',
};

export const ANSWER_TYPES: Readonly<Record<AnswerFormat, string>> = {
  json: 'application/json',
  msgpack: 'application/msgpack',
  columns: 'application/json',
  columns_msgpack: 'application/msgpack',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
};

/** What `format=` may say. The parameter decides what is written; `Accept` decides between JSON and MessagePack of it. */
export const FORMAT_NAMES = ['json', 'msgpack', 'columns', 'csv', 'ndjson'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** The format of an answer by `format=`, which wins, and the Accept header. */
export function chooseFormat(
  name: FormatName | undefined,
  accept: string,
  offered: readonly AnswerFormat[],
): AnswerFormat {
  if (name === 'columns') return answerFormat(accept, ['columns', 'columns_msgpack']);
  if (name !== undefined) return name;
  return answerFormat(
    accept,
    offered.filter((format) => format !== 'columns' && format !== 'columns_msgpack'),
  );
}

const mediaType = (text: string): string => (text.split(';', 1)[0] ?? '').trim().toLowerCase();

/**
 * The format of a request's body. No Content-Type means JSON.
 * @throws MillraceError 415 naming what the call takes
 */
export function bodyFormat(contentType: string, taken: readonly BodyFormat[]): BodyFormat {
  const format = contentType === '' ? 'json' : BODY_FORMATS[mediaType(contentType)];
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase();
  const readable =
    charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii';
  if (format !== undefined && taken.includes(format) && readable) return format;
  const types = Object.keys(BODY_FORMATS).filter((type) => taken.includes(BODY_FORMATS[type]!));
  throw new MillraceError(
    'MR_UNSUPPORTED_MEDIA_TYPE',
    `This call takes a body of ${types.join(' or ')}, in UTF-8; got Content-Type "${contentType}". Set the header Content-Type (curl: -H 'Content-Type: application/json').`,
    { fields: { accepted: types } },
  );
}

/**
 * The format of the answer by the Accept header: the offered one of the highest weight, the first offered
 * among equals; JSON where the header names none of them (RFC 9110 allows to answer so rather than refuse).
 */
export function answerFormat(accept: string, offered: readonly AnswerFormat[]): AnswerFormat {
  if (accept === '' || accept === '*/*') return offered[0]!;
  let best: AnswerFormat = offered[0]!;
  let bestWeight = 0;
  const ranges = accept.split(',').map(parseRange);
  for (const format of offered) {
    const weight = weightOf(format, ranges);
    if (weight > bestWeight) {
      best = format;
      bestWeight = weight;
    }
  }
  return best;
}

interface MediaRange {
  type: string;
  weight: number;
}

function parseRange(text: string): MediaRange {
  const weight = /;\s*q\s*=\s*([01](?:\.\d{0,3})?)/i.exec(text)?.[1];
  return { type: mediaType(text), weight: weight === undefined ? 1 : Number(weight) };
}

/** The weight of the most specific range that takes the format. */
function weightOf(format: AnswerFormat, ranges: readonly MediaRange[]): number {
  const type = mediaType(ANSWER_TYPES[format]);
  const names = type === BODY_TYPES.msgpack ? MSGPACK_NAMES : [type];
  const exact = ranges.filter((range) => names.includes(range.type));
  if (exact.length > 0) return Math.max(...exact.map((range) => range.weight));
  const group = `${type.split('/', 1)[0]}/*`;
  const wide = ranges.find((range) => range.type === group) ?? ranges.find((range) => range.type === '*/*');
  return wide?.weight ?? 0;
}
