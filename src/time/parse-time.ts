import { parseRfc3339Ms } from '../../protocol/index.js';
import { withinCalendar } from './civil.js';
import { parseDuration } from './duration.js';

/** A number from here on is milliseconds, below it seconds: 1e11 s is the year 5138, 1e11 ms is March 1973. */
export const EPOCH_MS_FROM = 1e11;

/** What an error says it wanted. */
export const TIME_WANTED =
  'an age such as 15m or 7d, now, an RFC 3339 time such as 2024-01-01T00:00:00Z, epoch seconds, or epoch milliseconds';

/** Epoch seconds or milliseconds as milliseconds; NaN where that is outside the years 0000 to 9999. */
export function epochToMs(value: number): number {
  return withinCalendar(Math.abs(value) >= EPOCH_MS_FROM ? value : value * 1000);
}

/** A time as the contract's parameters give it, ms since the epoch; NaN where the text is none. */
export function parseTime(text: string, nowMs: number): number {
  if (text === 'now') return nowMs;
  if (/^-?\d{1,15}(\.\d{1,12})?$/.test(text)) return epochToMs(Number(text));
  const age = parseDuration(text);
  if (!Number.isNaN(age)) return withinCalendar(nowMs - age);
  // A '+' that nobody escaped arrives as a space from a query string; before an offset nothing else can stand there.
  return withinCalendar(parseRfc3339Ms(text.replace(/ (?=\d\d:\d\d$)/, '+')));
}
