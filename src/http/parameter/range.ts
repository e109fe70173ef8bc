import type { z } from 'zod';
import { formatTime } from '../../time/format-time.js';
import { resolveTime, type WrittenTime } from '../../time/parse-time.js';
import { RANGE_MS_DEFAULT } from '../limits.js';
import { badParameter } from '../query-string.js';
import { TIME } from '../schema/vocabulary.js';
import { type Parameter, queryField, readField } from './parameter.js';

/** A range of time, half-open: [startMs, endMs). */
export interface TimeRange {
  startMs: number;
  endMs: number;
}

/**
 * What `start` and `end` mean together: by default the hour up to now.
 * @throws MillraceError 400 where the start is not before the end
 */
export function resolveRange(
  start: WrittenTime | undefined,
  end: WrittenTime | undefined,
  nowMs: number,
): TimeRange {
  const endMs = end === undefined ? nowMs : resolveTime(end, nowMs);
  const startMs = start === undefined ? endMs - RANGE_MS_DEFAULT : resolveTime(start, nowMs);
  if (startMs < endMs) return { startMs, endMs };
  throw badParameter(
    'start',
    'before end, since a range is [start, end)',
    `start ${formatTime(startMs)} and end ${formatTime(endMs)}`,
  );
}

const start = queryField(
  'start',
  TIME.optional().meta({ description: 'First moment of the range; an hour before the end by default.' }),
  'start_time',
);
const end = queryField(
  'end',
  TIME.optional().meta({ description: 'The moment behind the range; now by default.' }),
  'end_time',
);

/** `start` and `end` (or `start_time` and `end_time`). */
export const RANGE: Parameter<TimeRange> = {
  fields: [start, end],
  read: (source) =>
    resolveRange(
      readField<z.ZodType<WrittenTime | undefined>>(start, source),
      readField<z.ZodType<WrittenTime | undefined>>(end, source),
      source.nowMs,
    ),
};
