import { z } from 'zod';
import { chooseFormat, FORMAT_NAMES, type FormatName } from '../media-types.js';
import type { AnswerFormat } from '../ports.js';
import { type Parameter, queryField, readField } from './parameter.js';

export type FormatParameter = Parameter<AnswerFormat>;

/** `format=`, of the formats that a call has. Wins over the Accept header. */
export function formatParameter(offered: readonly AnswerFormat[]): FormatParameter {
  const names = FORMAT_NAMES.filter((name) => offered.includes(name)) as [FormatName, ...FormatName[]];
  const schema = z
    .enum(names, { error: `one of ${names.join(', ')}` })
    .optional()
    .meta({ description: 'How the answer is written; wins over the Accept header.', examples: [names[0]] });
  const field = queryField('format', schema);
  return {
    fields: [field],
    read: (source) => chooseFormat(readField<typeof schema>(field, source), source.accept, offered),
  };
}
