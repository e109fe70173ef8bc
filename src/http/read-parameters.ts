import { MillraceError } from '../errors.js';
import { formatTime } from '../time/format-time.js';
import { parseTime, TIME_WANTED } from '../time/parse-time.js';
import { CURSOR_BYTES_MAX, MATCHERS_MAX, PERCENTILES_MAX, RANGE_MS_DEFAULT } from './limits.js';
import { badParameter, type Parameters } from './parameters.js';
import type { LabelMatcher } from './ports.js';
import { NAME_LABEL, parseSelector, SelectorError } from './selector/selector-parser.js';

/** The parameters that several reading calls share, each read and checked in one place. */

export const RANGE_PARAMETERS = ['start', 'start_time', 'end', 'end_time'] as const;
export const SELECTOR_PARAMETERS = ['host', 'match'] as const;

export interface TimeRange {
  startMs: number;
  endMs: number;
}

/**
 * `start` and `end`, half-open; by default the hour up to now.
 * @throws MillraceError 400
 */
export function readRange(parameters: Parameters, nowMs: number): TimeRange {
  const time = (text: string): number => parseTime(text, nowMs);
  const endMs = parameters.parsed(['end', 'end_time'], TIME_WANTED, time) ?? nowMs;
  const startMs = parameters.parsed(['start', 'start_time'], TIME_WANTED, time) ?? endMs - RANGE_MS_DEFAULT;
  if (startMs < endMs) return { startMs, endMs };
  throw badParameter(
    'start',
    'before end, since a range is [start, end)',
    `start ${formatTime(startMs)} and end ${formatTime(endMs)}`,
  );
}

/**
 * `host=`, `label.NAME=` and `match=`, all of which must hold. An empty `host=` asks for nothing; an empty
 * `label.NAME=` asks for series without that label.
 * @throws MillraceError 400 with the position of the fault in a selector
 */
export function readSelectors(parameters: Parameters): LabelMatcher[] {
  const selectors: LabelMatcher[] = [];
  const host = parameters.one('host');
  if (host !== undefined) selectors.push({ label: 'host', op: '=', value: host.value });
  for (const { rest, value } of parameters.withPrefix('label.')) {
    if (rest === '') throw badParameter('label.', 'label.NAME with the name of a label', 'no name');
    selectors.push({ label: rest, op: '=', value });
  }
  for (const text of parameters.all('match')) selectors.push(...readMatch(text));
  if (selectors.length > MATCHERS_MAX) {
    throw badParameter('match', `at most ${MATCHERS_MAX} conditions in all`, `${selectors.length}`);
  }
  return selectors;
}

function readMatch(text: string): LabelMatcher[] {
  try {
    return parseSelector(text);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new MillraceError(
      'MR_BAD_PARAMETER',
      `match must be a selector such as {host=~"web-.*",region!="eu"}; ${error.message} of ${JSON.stringify(text)}.`,
      { fields: { parameter: 'match', position: error.position } },
    );
  }
}

/**
 * The one metric that a call is about: `metric_name=`, or a name in `match=`. Takes the name's matchers out of
 * the selectors.
 * @param given the metric from the path, where the call has it there
 * @throws MillraceError 400 where none is named, or two
 */
export function readMetric(
  parameters: Parameters,
  selectors: LabelMatcher[],
  given?: string,
): { metric: string; selectors: LabelMatcher[] } {
  const named = given ?? parameters.one('metric_name', 'metric')?.value;
  const rest: LabelMatcher[] = [];
  let metric = named;
  for (const matcher of selectors) {
    if (matcher.label !== NAME_LABEL) {
      rest.push(matcher);
      continue;
    }
    const isAnother = metric !== undefined && metric !== matcher.value;
    if (matcher.op !== '=' || isAnother) {
      const came =
        matcher.op === '=' ? `${metric} and ${matcher.value}` : `__name__${matcher.op}"${matcher.value}"`;
      throw badParameter('match', 'about the one metric that this call reads', came);
    }
    metric = matcher.value;
  }
  if (metric === undefined || metric === '') {
    throw badParameter('metric_name', 'the name of a metric (GET /metrics/names lists them)', 'nothing');
  }
  return { metric, selectors: rest };
}

/** A whole number within bounds, or its default. */
export function readInteger(
  parameters: Parameters,
  name: string,
  bounds: { min: number; max: number; default: number },
): number {
  const wanted = `a whole number from ${bounds.min} to ${bounds.max}`;
  const value = parameters.parsed([name], wanted, (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return number >= bounds.min && number <= bounds.max ? number : undefined;
  });
  return value ?? bounds.default;
}

/** `percentiles=50,99.9`, without repetitions. */
export function readPercentiles(parameters: Parameters): number[] {
  const wanted = `up to ${PERCENTILES_MAX} numbers from 0 to 100 with commas between them, such as 50,99.9`;
  const values = parameters.parsed(['percentiles'], wanted, (text) => {
    const parts = text.split(',').map((part) => part.trim());
    if (parts.length > PERCENTILES_MAX || !parts.every((part) => /^\d{1,3}(\.\d{1,9})?$/.test(part)))
      return undefined;
    const numbers = parts.map(Number);
    return numbers.every((number) => number <= 100) ? numbers : undefined;
  });
  return [...new Set(values ?? [])];
}

/** A cursor, as an earlier answer gave it. */
export function readCursor(parameters: Parameters): string | undefined {
  return parameters.parsed(['cursor'], 'the next_cursor of an earlier answer', (text) =>
    text.length <= CURSOR_BYTES_MAX && /^[\w.~:=+/-]+$/.test(text) ? text : undefined,
  );
}
