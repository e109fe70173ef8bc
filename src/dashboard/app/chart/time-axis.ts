const DAY_MS = 86_400_000;

const seconds = new Intl.DateTimeFormat(undefined, {
  minute: '2-digit',
  second: '2-digit',
  hour: '2-digit',
  hourCycle: 'h23',
});
const fractions = new Intl.DateTimeFormat(undefined, {
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const minutes = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const days = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

const isMidnight = (date: Date): boolean =>
  date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;

/** The text of a place on a time axis whose marks are `stepMs` apart: the clock, and at midnight the day. */
export function timeMark(ms: number, stepMs: number): string {
  const date = new Date(ms);
  if (stepMs < 1_000) return fractions.format(date);
  if (stepMs >= DAY_MS || isMidnight(date)) return days.format(date);
  return stepMs < 60_000 ? seconds.format(date) : minutes.format(date);
}

const STEPS_MS = [
  1, 5, 10, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
  1_209_600,
].map((each) => each * 1_000);

/** Whole times of the reader's own zone in a range, at most `count` of them, and how far they are apart. */
export function timeMarks(fromMs: number, toMs: number, count: number): { stepMs: number; marks: number[] } {
  const stepMs = STEPS_MS.find((step) => (toMs - fromMs) / step <= count) ?? STEPS_MS.at(-1)!;
  const offsetMs = new Date(fromMs).getTimezoneOffset() * 60_000;
  const marks: number[] = [];
  for (let ms = Math.ceil((fromMs - offsetMs) / stepMs) * stepMs + offsetMs; ms < toMs; ms += stepMs)
    marks.push(ms);
  return { stepMs, marks };
}
