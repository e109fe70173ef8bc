import { parseDuration } from '../time/duration.js';

const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** `64MiB`, `1.5GB` or `4096` as bytes; anything else comes back as it is, for the schema to refuse. */
export function bytesFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value.trim());
  const unit = BYTE_UNITS[match?.[2]?.toLowerCase() || 'b'];
  return match === null || unit === undefined ? value : Number(match[1]) * unit;
}

/** `30d` as ms; a number is ms already. */
export function durationFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const ms = parseDuration(value.trim());
  return Number.isNaN(ms) ? numberFrom(value) : ms;
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
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size} ${unit}`;
  }
  return `${bytes} bytes`;
}
