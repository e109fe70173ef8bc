const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Window lengths that divide the minute, the hour or the day, and each the next but one, ms. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
];

/** The shortest window that reads well and cuts a range of `lengthMs` into about `windows` at most, one more where its ends cut one. */
export function niceStepMs(lengthMs: number, windows: number): number {
  const least = lengthMs / windows;
  return STEPS_MS.find((stepMs) => stepMs >= least) ?? Math.ceil(least / DAY) * DAY;
}
