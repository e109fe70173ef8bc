/** Periods that people's and machines' habits have, ms. */
const HABITS_MS = [
  60_000,
  5 * 60_000,
  10 * 60_000,
  15 * 60_000,
  30 * 60_000,
  3_600_000,
  12 * 3_600_000,
  86_400_000,
  7 * 86_400_000,
];

/** Those of them that are whole numbers of steps, in steps. */
export function habitualPeriods(stepMs: number): number[] {
  return HABITS_MS.map((habit) => habit / stepMs).filter(Number.isInteger);
}
