/**
 * RFC 3339 timestamps, strictly by the grammar of section 5.6, into milliseconds since the Unix epoch.
 *
 *   2024-02-29T23:59:59.123456+05:30
 *   date -----^time    ^fraction^offset, or Z
 *
 * Taken: `T` and `Z` in either case, any number of fraction digits, any offset to ±23:59 (`-00:00` too).
 * Not taken: a space for the `T`, a missing offset, second 60 (a leap second names no instant of Unix time),
 * days that the month doesn't have. Date.parse takes far more than this and not the same on every host.
 */

const dateTimeBytes = 19;
const zero = 0x30;

/** `text` in ms, with the fraction kept to what a double holds (about 0.25 µs today); NaN when it isn't RFC 3339. */
export function parseRfc3339Ms(text: string): number {
  // Longer than any sensible fraction; bounds the scratch memory.
  if (text.length > scratch.length) return Number.NaN;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return Number.NaN;
    scratch[i] = unit;
  }
  return parseRfc3339MsBytes(scratch, 0, text.length);
}

// The text form copies through here; each thread has its own.
const scratch = new Uint8Array(64);

/** The same on ASCII bytes `[start..end)`, without making a string. */
export function parseRfc3339MsBytes(bytes: Uint8Array, start: number, end: number): number {
  // The shortest is a date, a time and a Z.
  if (end - start <= dateTimeBytes) return Number.NaN;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  const hour = digits(bytes, start + 11, 2);
  const minute = digits(bytes, start + 14, 2);
  const second = digits(bytes, start + 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return Number.NaN;
  if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return Number.NaN;
  // 0x20 makes ASCII letters lower case.
  if ((bytes[start + 10]! | 0x20) !== 0x74) return Number.NaN;
  if (bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) return Number.NaN;

  let position = start + dateTimeBytes;
  let fractionMs = 0;
  if (bytes[position] === 0x2e) {
    const from = position + 1;
    position = from;
    while (position < end && isDigit(bytes[position]!)) position++;
    if (position === from) return Number.NaN;
    fractionMs = fraction(bytes, from, position);
  }
  const offsetMinutes = parseOffset(bytes, position, end);
  const wholeMs =
    daysFromCivil(year, month, day) * 86_400_000 +
    (hour * 60 + minute - offsetMinutes) * 60_000 +
    second * 1000;
  return wholeMs + fractionMs;
}

/** Minutes east of UTC from `Z` or `±hh:mm`, which must fill the rest; NaN otherwise. */
function parseOffset(bytes: Uint8Array, position: number, end: number): number {
  if (position >= end) return Number.NaN;
  const sign = bytes[position]!;
  if ((sign | 0x20) === 0x7a) return position + 1 === end ? 0 : Number.NaN;
  if (sign !== 0x2b && sign !== 0x2d) return Number.NaN;
  if (position + 6 !== end || bytes[position + 3] !== 0x3a) return Number.NaN;
  const hours = digits(bytes, position + 1, 2);
  const minutes = digits(bytes, position + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  return (sign === 0x2d ? -1 : 1) * (hours * 60 + minutes);
}

/** `.ddd…` in ms. Digits behind the twelfth are below a double's grain at any date and are only checked. */
function fraction(bytes: Uint8Array, from: number, to: number): number {
  const last = Math.min(to, from + 12);
  let value = 0;
  let scale = 1;
  for (let i = from; i < last; i++) {
    value = value * 10 + (bytes[i]! - zero);
    scale *= 10;
  }
  return (value * 1000) / scale;
}

/** The number in `count` digits at `offset`; -1 when one of them is no digit. */
function digits(bytes: Uint8Array, offset: number, count: number): number {
  let value = 0;
  for (let i = offset; i < offset + count; i++) {
    const byte = bytes[i]!;
    if (!isDigit(byte)) return -1;
    value = value * 10 + (byte - zero);
  }
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days from 1970-01-01 in the proleptic Gregorian calendar. The year is counted from March, so that the leap
 * day is its last: day of year = floor((153·m + 2)/5) for m months since March (H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms").
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
