/**
 * The proleptic Gregorian calendar in integers, after Howard Hinnant, "chrono-compatible low-level date
 * algorithms": years begin in March, so that the leap day is the last of its year and needs no case of its own.
 */
const DAYS_PER_ERA = 146_097;
const DAYS_TO_EPOCH = 719_468;

/** The date of a day counted from 1970-01-01, as year · 10,000 + month · 100 + day (years 0 to 9999). */
export function civilFromDays(days: number): number {
  const z = days + DAYS_TO_EPOCH;
  const era = Math.floor(z / DAYS_PER_ERA);
  const dayOfEra = z - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year * 10_000 + month * 100 + day;
}

/** The first and last moment that RFC 3339's four digits of a year can say, ms since the epoch. */
export const TIME_MS_MIN = -62_167_219_200_000;
export const TIME_MS_MAX = 253_402_300_800_000 - 1;

/** The time itself where its year has four digits, NaN otherwise: so that every time that is taken can be told again. */
export function withinCalendar(ms: number): number {
  return ms >= TIME_MS_MIN && ms <= TIME_MS_MAX ? ms : Number.NaN;
}
