import { z } from 'zod';
import { DURATION_WANTED, parseDuration } from '../../time/duration.js';
import { readEpoch, readTime, TIME_WANTED, type WrittenTime } from '../../time/parse-time.js';
import {
  CURSOR_BYTES_MAX,
  GROUP_LABELS_MAX,
  LABEL_NAME_BYTES_MAX,
  METRIC_NAME_BYTES_MAX,
  PERCENTILES_MAX,
} from '../limits.js';
import type { LabelMatcher } from '../ports.js';
import { parseSelector, SelectorError } from '../selector/selector-parser.js';

/**
 * The words of the contract as schemas, for query parameters, where all comes as text, and for JSON bodies alike. Each
 * validates, turns what came into what the engine works with, and says in its `meta()` what OpenAPI tells of it. The message of
 * a refusal is what was wanted, to stand behind "must be".
 */

/** A schema that turns a text into a value; `read` answers undefined for what it can't read. */
function fromText<T>(wanted: string, read: (text: string) => T | undefined) {
  return z.string({ error: wanted }).transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: wanted, input: text });
    return z.NEVER;
  });
}

/** An age, `now`, RFC 3339, epoch seconds or milliseconds. */
export const TIME = z
  .union([z.string(), z.number()], { error: TIME_WANTED })
  .transform((value, context): WrittenTime => {
    const time = typeof value === 'number' ? readEpoch(value) : readTime(value);
    if (time !== undefined) return time;
    context.issues.push({ code: 'custom', message: TIME_WANTED, input: value });
    return z.NEVER;
  })
  .meta({
    description: `A time: ${TIME_WANTED} (a number from 1e11 on).`,
    examples: ['1h', '2024-01-01T00:00:00Z'],
  });

/** A duration as it was written, and in ms. */
export interface WrittenDuration {
  ms: number;
  text: string;
}

export interface DurationBounds {
  minMs: number;
  maxMs: number;
  /** The bounds as a person would write them, such as "from 1s to 60m". */
  boundsText: string;
  example: string;
}

/** A duration such as `90s`, `5min` or `2w`, within bounds. */
export function duration(bounds: DurationBounds) {
  const wanted = `a duration ${bounds.boundsText}, such as ${bounds.example}`;
  return fromText(wanted, (text): WrittenDuration | undefined => {
    const ms = parseDuration(text);
    return ms >= bounds.minMs && ms <= bounds.maxMs ? { ms, text } : undefined;
  }).meta({
    description: `${DURATION_WANTED[0]!.toUpperCase()}${DURATION_WANTED.slice(1)}; ${bounds.boundsText}.`,
    examples: [bounds.example],
  });
}

export interface WholeBounds {
  min: number;
  max: number;
  /** What a refusal says was wanted, where the bounds alone don't say it. */
  wanted?: string;
}

/** A whole number within bounds; as text, digits alone. */
export function whole({ min, max, wanted }: WholeBounds) {
  const error = wanted ?? `a whole number from ${min} to ${max}`;
  const digits = /^-?\d{1,15}$/;
  return z.preprocess(
    (value) => (typeof value === 'string' && digits.test(value) ? Number(value) : value),
    z.int({ error }).min(min, { error }).max(max, { error }),
  );
}

export interface DecimalBounds {
  min: number;
  max: number;
}

/** A finite number within bounds; as text, a decimal. */
export function decimal({ min, max }: DecimalBounds) {
  const error = `a number from ${min} to ${max}`;
  const decimals = /^[+-]?\d{1,309}(\.\d{1,30})?(e[+-]?\d{1,3})?$/i;
  return z.preprocess(
    (value) => (typeof value === 'string' && decimals.test(value) ? Number(value) : value),
    z.number({ error }).min(min, { error }).max(max, { error }),
  );
}

/** `1` or `true`, `0` or `false`. */
export const FLAG = z.preprocess(
  (value) => (value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : value),
  z.boolean({ error: '1 or 0 (true or false)' }),
);

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** A metric's name. */
export const METRIC_NAME = z
  .string({ error: 'the name of a metric (GET /metrics/names lists them)' })
  .refine((name) => name !== '' && bytesOf(name) <= METRIC_NAME_BYTES_MAX, {
    error: `the name of a metric (GET /metrics/names lists them), 1 to ${METRIC_NAME_BYTES_MAX} bytes`,
  })
  .meta({ description: "A metric's name.", examples: ['cpu_usage'] });

const isLabelName = (name: string): boolean => name !== '' && bytesOf(name) <= LABEL_NAME_BYTES_MAX;

/** A label's name. */
export const LABEL_NAME = z
  .string({ error: 'the name of a label (GET /api/v1/labels lists them)' })
  .refine(isLabelName, {
    error: `the name of a label (GET /api/v1/labels lists them), 1 to ${LABEL_NAME_BYTES_MAX} bytes`,
  })
  .meta({ description: "A label's name; `__name__` stands for that of the metric.", examples: ['host'] });

/** Names of labels, as text with commas between them or as a list. Repetitions go. */
export const LABEL_NAMES = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
    z
      .array(z.string(), { error: 'a list of label names' })
      .refine((names) => names.length <= GROUP_LABELS_MAX && names.every(isLabelName), {
        error: `up to ${GROUP_LABELS_MAX} names of labels with commas between them, such as host,region`,
      })
      .transform((names) => [...new Set(names)]),
  )
  .meta({
    description: 'Splits the answer by the values of these labels; names with commas between them.',
    examples: ['host,region'],
  });

/** Labels with the values that they must have, as in a body's `labels`. An empty value asks for series without the label. */
export const LABELS = z
  .record(z.string(), z.string({ error: 'a text' }), { error: 'an object of label names to values' })
  .refine((labels) => !('' in labels), { error: 'an object of label names to values, without an empty name' })
  .transform((labels): LabelMatcher[] =>
    Object.entries(labels).map(([label, value]) => ({ label, op: '=', value })),
  )
  .meta({ description: 'Labels that the series must have.', examples: [{ host: 'web-1' }] });

/** A PromQL selector. The issue of a bad one has the position of the fault, in characters from 1. */
export const SELECTOR = z
  .string({ error: 'a selector such as {host=~"web-.*",region!="eu"}' })
  .transform((text, context): LabelMatcher[] => {
    try {
      return parseSelector(text);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      const message = `a selector such as {host=~"web-.*",region!="eu"} (${error.message})`;
      context.issues.push({ code: 'custom', message, input: text, params: { position: error.position } });
      return z.NEVER;
    }
  })
  .meta({
    description:
      'A PromQL selector; operators =, !=, =~ and !~. Regular expressions are of RE2’s syntax and anchored at both ends.',
    examples: ['{host=~"web-.*",region!="eu"}'],
  });

const PERCENTILES_WANTED = `up to ${PERCENTILES_MAX} numbers from 0 to 100 with commas between them, such as 50,99.9`;

/** Percentiles as text with commas between them, or as a list. Repetitions go. */
export const PERCENTILES = z
  .preprocess(
    (value) => {
      if (typeof value !== 'string') return value;
      const parts = value.split(',').map((part) => part.trim());
      return parts.every((part) => /^\d{1,3}(\.\d{1,9})?$/.test(part)) ? parts.map(Number) : value;
    },
    z
      .array(z.number({ error: PERCENTILES_WANTED }), { error: PERCENTILES_WANTED })
      .max(PERCENTILES_MAX, { error: PERCENTILES_WANTED })
      .refine((numbers) => numbers.every((number) => number >= 0 && number <= 100), {
        error: PERCENTILES_WANTED,
      })
      .transform((numbers) => [...new Set(numbers)]),
  )
  .meta({
    description:
      'Percentiles besides the standard ones, with commas between them: 99.9 becomes p99_9. Nearest rank.',
    examples: ['50,99.9'],
  });

/** What an earlier answer gave as next_cursor. */
export const CURSOR = fromText('the next_cursor of an earlier answer', (text) =>
  text.length <= CURSOR_BYTES_MAX && /^[\w.~:=+/-]+$/.test(text) ? text : undefined,
).meta({ description: 'The next_cursor of an earlier answer: goes on behind it.' });

/** What stands for a window without points: nothing, or null. */
export const FILL = z
  .enum(['none', 'null'], { error: 'none or null' })
  .meta({ description: 'What an empty window is: left out (none), or null.', examples: ['null'] });
