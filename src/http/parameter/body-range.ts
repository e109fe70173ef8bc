import { TIME } from '../schema/vocabulary.js';
import { oneMember } from './one-member.js';
import { resolveRange, type TimeRange } from './range.js';

const start = TIME.optional();
const end = TIME.optional();

/** The members by which a body says its range: under the same names as a query string does. */
export const BODY_RANGE = {
  start,
  start_time: start.meta({ description: 'Another name of start.' }),
  end,
  end_time: end.meta({ description: 'Another name of end.' }),
} as const;

type Time = (typeof start)['_output'];

/**
 * The range that a body asks for.
 * @throws MillraceError 400 where a member and its other name are both given, or the start is not before the end
 */
export function bodyRange(
  body: {
    start?: Time;
    start_time?: Time;
    end?: Time;
    end_time?: Time;
  },
  nowMs: number,
): TimeRange {
  return resolveRange(
    oneMember('start', body.start, 'start_time', body.start_time),
    oneMember('end', body.end, 'end_time', body.end_time),
    nowMs,
  );
}
