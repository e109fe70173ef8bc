import { civilFromDays } from './civil.js';

const MS_PER_DAY = 86_400_000;

/** '00' to '99', and '000' to '999': cheaper than padding in a loop over ten thousand rows. */
const TWO = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
const THREE = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

/** The date of the day last formatted: rows come in time order, so nearly every one is a hit. */
let lastDay = Number.NaN;
let lastDate = '';

/**
 * A time as RFC 3339 in UTC, with a fraction only where it isn't zero: of milliseconds, or of as many
 * more digits as it takes to read the same double back.
 * @param ms milliseconds since the epoch, a fraction allowed, within the years 0000 to 9999
 */
export function formatTime(ms: number): string {
  const whole = Math.floor(ms);
  const day = Math.floor(whole / MS_PER_DAY);
  if (day !== lastDay) {
    const date = civilFromDays(day);
    const year = Math.floor(date / 10_000);
    lastDate = `${TWO[Math.floor(year / 100)]}${TWO[year % 100]}-${TWO[Math.floor(date / 100) % 100]}-${TWO[date % 100]}`;
    lastDay = day;
  }
  const inDay = whole - day * MS_PER_DAY;
  const second = Math.floor(inDay / 1000);
  const clock = `${lastDate}T${TWO[Math.floor(second / 3600)]}:${TWO[Math.floor(second / 60) % 60]}:${TWO[second % 60]}`;
  if (whole !== ms) return withSmallFraction(clock, ms, second * 1000 + day * MS_PER_DAY);
  const fraction = inDay % 1000;
  return fraction === 0 ? `${clock}Z` : `${clock}.${trimZeros(THREE[fraction]!)}Z`;
}

/**
 * Adds a fraction below the millisecond: the fewest of six to nine digits that parse back to the same double.
 * At today's times doubles lie 0.24 µs apart, so that nine digits always do.
 */
function withSmallFraction(clock: string, ms: number, secondStartMs: number): string {
  const inSecond = ms - secondStartMs;
  for (let digits = 6; digits < 9; digits++) {
    const scale = 10 ** (digits - 3);
    const scaled = Math.round(inSecond * scale);
    if (scaled < 1000 * scale && secondStartMs + scaled / scale === ms) {
      return `${clock}.${trimZeros(String(scaled).padStart(digits, '0'))}Z`;
    }
  }
  const nanos = Math.min(Math.round(inSecond * 1e6), 999_999_999);
  return nanos === 0 ? `${clock}Z` : `${clock}.${trimZeros(String(nanos).padStart(9, '0'))}Z`;
}

function trimZeros(digits: string): string {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}
