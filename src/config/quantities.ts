import { formatDuration, parseDuration } from '../time/duration.js';

const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tb: 1e12,
  tib: 1024 ** 4,
};

/** `64MiB`, `1.5GB` or `4096` as bytes; anything else comes back as it is, for the schema to refuse. */
export function bytesFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value.trim());
  const unit = BYTE_UNITS[match?.[2]?.toLowerCase() || 'b'];
  return match === null || unit === undefined ? value : Number(match[1]) * unit;
}

/** `true` and `false` as what they say; anything else comes back as it is, for the schema to refuse. */
export function booleanFrom(value: unknown): unknown {
  if (value === 'true') return true;
  return value === 'false' ? false : value;
}

/** `30d` as ms; a number is ms already. */
export function durationFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const ms = parseDuration(value.trim());
  return Number.isNaN(ms) ? numberFrom(value) : ms;
}

/** A retention that never ends, and bytes without a bound. */
export const FOREVER = Number.POSITIVE_INFINITY;
export const UNLIMITED = Number.POSITIVE_INFINITY;

/** A year as retention counts it, ms. Only there: a year is no length that a window or a range could have. */
const YEAR_MS = 365 * 86_400_000;

/** `30d`, `1y` or `forever` as ms; a number is ms already. */
export function retentionFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (/^for ?ever$/i.test(text)) return FOREVER;
  const years = /^(\d{1,3})y$/.exec(text);
  return years === null ? durationFrom(value) : Number(years[1]) * YEAR_MS;
}

/** A retention as a user would write it. */
export function formatRetention(ms: number): string {
  if (ms === FOREVER) return 'forever';
  return ms % YEAR_MS === 0 ? `${ms / YEAR_MS}y` : formatDuration(ms);
}

/** A number from the text of a flag or a variable. */
export function numberFrom(value: unknown): unknown {
  return typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

/** A list from a list, or from a text with commas. */
export function listFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Bytes in the largest binary unit that divides them. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ['TiB', 1024 ** 4],
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size} ${unit}`;
  }
  return `${bytes} bytes`;
}
