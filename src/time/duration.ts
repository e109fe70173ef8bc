/** The units of a duration, ms. `min` is the long form of `m`, as people write it in aggregation intervals. */
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What an error says it wanted. */
export const DURATION_WANTED = 'a duration such as 90s, 5m (or 5min), 1h, 7d, 2w';

/** A duration such as `90s`, `5min` or `2w`, ms; NaN where the text is none. Whole numbers of one unit only. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})(s|min|m|h|d|w)$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]) * UNIT_MS[match[2]!]!;
}

/** A duration as its largest unit that divides it, such as `5m`; milliseconds that are no whole second as `250ms`. */
export function formatDuration(ms: number): string {
  for (const unit of ['w', 'd', 'h', 'm', 's']) {
    const size = UNIT_MS[unit]!;
    if (ms !== 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return ms === 0 ? '0s' : `${ms}ms`;
}
