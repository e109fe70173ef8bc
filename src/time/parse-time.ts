import { parseRfc3339Ms } from '../../protocol/index.js';
import { TIME_MS_MIN, withinCalendar } from './civil.js';
import { parseDuration } from './duration.js';

/** A number from here on is milliseconds, below it seconds: 1e11 s is the year 5138, 1e11 ms is March 1973. */
export const EPOCH_MS_FROM = 1e11;

/** What an error says it wanted. */
export const TIME_WANTED =
  'an age such as 15m or 7d, now, an RFC 3339 time such as 2024-01-01T00:00:00Z, epoch seconds, or epoch milliseconds, of the years 0001 to 9999';

/** The first moment that may be asked for, ms: windows, of 52 weeks at most, that it lies in begin at a time that can be told, too. */
export const ASKED_MS_MIN = TIME_MS_MIN + 366 * 86_400_000;

/** A time as it was written: a moment, ms since the epoch, or so many ms before now. */
export type WrittenTime = { timeMs: number } | { ageMs: number };

/** Epoch seconds or milliseconds as milliseconds; NaN where that is outside the years 0000 to 9999. */
export function epochToMs(value: number): number {
  return withinCalendar(Math.abs(value) >= EPOCH_MS_FROM ? value : value * 1000);
}

/** Reads a time as the contract's parameters give it; undefined where the text is none, or none that can be told. */
export function readTime(text: string): WrittenTime | undefined {
  if (text === 'now') return { ageMs: 0 };
  const ageMs = parseDuration(text);
  // Whatever the time is now: it is never before 1970.
  if (!Number.isNaN(ageMs)) return ageMs <= -TIME_MS_MIN ? { ageMs } : undefined;
  // With an exponent, too: so some programs write large numbers.
  const timeMs = /^-?\d{1,15}(\.\d{1,17})?(e[+-]?\d{1,2})?$/i.test(text)
    ? epochToMs(Number(text))
    : // A '+' that nobody escaped arrives as a space from a query string; before an offset nothing else can stand there.
      withinCalendar(parseRfc3339Ms(text.replace(/ (?=\d\d:\d\d$)/, '+')));
  return askedTime(timeMs);
}

/** The same of a number: epoch seconds or milliseconds. */
export function readEpoch(value: number): WrittenTime | undefined {
  return askedTime(epochToMs(value));
}

const askedTime = (timeMs: number): WrittenTime | undefined =>
  timeMs >= ASKED_MS_MIN ? { timeMs } : undefined;

/** The moment that a time means, ms since the epoch. */
export function resolveTime(time: WrittenTime, nowMs: number): number {
  return 'timeMs' in time ? time.timeMs : nowMs - time.ageMs;
}
