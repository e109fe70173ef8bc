/**
 * A time range as the address has it: `1h`, the hour up to now; or two instants, `from` and `to` in epoch ms. The
 * words are those of the API, so that a range can be pasted into a call.
 */
export type TimeRange = { kind: 'last'; text: string } | { kind: 'between'; fromMs: number; toMs: number };

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The choices that the picker offers. */
export const PRESETS = ['5m', '1h', '24h', '7d', '30d'] as const;

/** `90s`, `15m`, `24h` in ms; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d{1,6})([smhdw])$/.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * UNITS[match[2]!]!;
  return ms > 0 ? ms : undefined;
}

/** A length of time in its largest whole unit. */
export function durationText(ms: number): string {
  for (const unit of ['w', 'd', 'h', 'm', 's'] as const) {
    if (ms >= UNITS[unit]! && ms % UNITS[unit]! === 0) return `${ms / UNITS[unit]!}${unit}`;
  }
  return `${Math.max(1, Math.round(ms / 1_000))}s`;
}

/** The range of an address; the last hour where there is none or a wrong one. */
export function rangeOf(parameters: URLSearchParams): TimeRange {
  const from = Number(parameters.get('from') ?? Number.NaN);
  const to = Number(parameters.get('to') ?? Number.NaN);
  if (isInstant(from) && isInstant(to) && from < to)
    return { kind: 'between', fromMs: Math.round(from), toMs: Math.round(to) };
  const text = parameters.get('range') ?? DEFAULT_RANGE;
  return { kind: 'last', text: durationMs(text) === undefined ? DEFAULT_RANGE : text };
}

const DEFAULT_RANGE = '1h';

/** The last millisecond of the year 9999: dates beyond are written otherwise. */
const INSTANT_MS_MAX = 253_402_300_799_999;

/** Whether a number of an address is a time that can be asked for and written down. */
const isInstant = (ms: number): boolean => ms >= 0 && ms <= INSTANT_MS_MAX;

export interface Instants {
  fromMs: number;
  toMs: number;
}

/** An instant for a call: a plain number below 1e11 would be taken for seconds. */
export const instantParameter = (ms: number): string => new Date(ms).toISOString();

export function instantsOf(range: TimeRange, nowMs: number): Instants {
  if (range.kind === 'between') return { fromMs: range.fromMs, toMs: range.toMs };
  return { fromMs: Math.max(0, nowMs - (durationMs(range.text) ?? UNITS['h']!)), toMs: nowMs };
}

/** Moves a range by a part of its length; the answer stands still. */
export function shifted(range: TimeRange, part: number, nowMs: number): TimeRange {
  const { fromMs, toMs } = instantsOf(range, nowMs);
  const by = (toMs - fromMs) * part;
  if (toMs + by >= nowMs && part > 0)
    return { kind: 'last', text: durationText(roundedLength(toMs - fromMs)) };
  return between(fromMs + by, toMs + by);
}

/** Scales a range around its middle. */
export function scaled(range: TimeRange, factor: number, nowMs: number): TimeRange {
  const { fromMs, toMs } = instantsOf(range, nowMs);
  const half = Math.max(5_000, ((toMs - fromMs) * factor) / 2);
  const middle = (fromMs + toMs) / 2;
  const end = Math.min(nowMs, middle + half);
  return between(end - 2 * half, end);
}

/** Shortest range that is gone to, ms: a window. */
const RANGE_MS_MIN = 1_000;

/** The range between two instants, at least a window long, none of it before 1970. */
export function between(fromMs: number, toMs: number): TimeRange {
  const from = Math.max(0, Math.round(fromMs));
  return { kind: 'between', fromMs: from, toMs: Math.max(from + RANGE_MS_MIN, Math.round(toMs)) };
}

const roundedLength = (ms: number): number => Math.max(1_000, Math.round(ms / 1_000) * 1_000);

/** Window lengths that a chart may have: each a multiple of the one before where tiers meet. */
const STEPS_MS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400,
].map((seconds) => seconds * 1_000);

/** The window that gives a chart of this width at most a window for each `pixels`. */
export function stepFor({ fromMs, toMs }: Instants, width: number, pixels = 2): number {
  const wanted = (toMs - fromMs) / Math.max(50, width / pixels);
  return STEPS_MS.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400_000) * 86_400_000;
}

/** Widths are told in steps of this, CSS pixels: a chart need not be asked for anew for each pixel of a drag. */
const WIDTH_STEP = 40;

/** Pages are no wider than this, layout.css. */
const PAGE_WIDTH_MAX = 1_600;

/** The width of a page in whole steps. */
export const stepWidth = (width: number): number =>
  Math.ceil(Math.min(width, PAGE_WIDTH_MAX) / WIDTH_STEP) * WIDTH_STEP;
