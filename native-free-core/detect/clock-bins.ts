const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The epoch began on a Thursday: the fifth day of a week that begins on Sunday. */
const EPOCH_WEEKDAY = 4;

/** The hour of the day in UTC, weekdays and weekends apart: 0 to 47. */
export function hourBin(timeMs: number): number {
  const day = Math.floor(timeMs / DAY_MS);
  const weekday = (((day + EPOCH_WEEKDAY) % 7) + 7) % 7;
  const hour = Math.floor((timeMs - day * DAY_MS) / HOUR_MS);
  return weekday === 0 || weekday === 6 ? 24 + hour : hour;
}

/** The half hour of the day in UTC: 0 to 47. */
export function halfHourBin(timeMs: number): number {
  const day = Math.floor(timeMs / DAY_MS);
  return Math.floor((timeMs - day * DAY_MS) / (HOUR_MS / 2));
}

export const CLOCK_BINS = 48;
