import type { LiveWindow } from '../../api/live-windows';
import type { SeriesAnswer } from '../../api/series';

/** Statistics that live windows have: all aggregations of the chart but those that look at the points between windows. */
const WITHOUT_LIVE = new Set(['rate', 'increase']);

/** Longest window that is followed live, ms: a longer one is asked for anew often enough. */
export const LIVE_STEP_MS_MAX = 60_000;

export const canFollow = (aggregations: readonly string[], stepMs: number): boolean =>
  stepMs <= LIVE_STEP_MS_MAX && aggregations.every((name) => !WITHOUT_LIVE.has(name));

/**
 * Puts a window that was pushed into an answer: its values take the place of older ones of the same time, or a time is added
 * at the end, and empty windows before it where some are missing, so that no line goes over them. Windows that ended before
 * `fromMs` go. A group that the answer doesn't have waits for the next full answer.
 */
// Four arguments: plain values, for each window.
export function mergeWindow(
  answer: SeriesAnswer,
  window: LiveWindow,
  fromMs: number,
  stepMs: number,
): SeriesAnswer {
  const timeMs = Date.parse(window.timestamp);
  const oldestMs = Math.floor(fromMs / stepMs) * stepMs;
  if (timeMs < oldestMs) return answer;
  const found = answer.times.lastIndexOf(timeMs);
  const newestMs = answer.times.at(-1);
  if (found < 0 && newestMs !== undefined && timeMs < newestMs) return answer;
  const kept = answer.times.findIndex((time) => time >= oldestMs);
  const skipped = kept < 0 ? answer.times.length : kept;
  const times = answer.times.slice(skipped);
  if (found < 0) {
    const nextMs = Math.max(oldestMs, newestMs === undefined ? timeMs : newestMs + stepMs);
    for (let ms = nextMs; ms <= timeMs; ms += stepMs) times.push(ms);
  }
  const place = found < 0 ? times.length - 1 : found - skipped;
  const rows = new Map(window.data.map((row) => [keyOf(row.labels ?? {}), row]));
  const series = answer.series.map((each) => {
    const values = each.values.slice(skipped);
    while (values.length < times.length) values.push(null);
    const row = rows.get(keyOf(each.labels));
    const value = row === undefined ? undefined : statisticOf(row, each.name);
    if (value !== undefined) values[place] = value;
    return { ...each, values };
  });
  return { ...answer, times, series };
}

/** Labels as one text, whatever their order. */
const keyOf = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The statistic of that name; the only one where none is named. */
function statisticOf(row: LiveWindow['data'][number], name: string | undefined): number | null | undefined {
  const entry = Object.entries(row).find(([key]) => key !== 'labels' && (name === undefined || key === name));
  return typeof entry?.[1] === 'number' || entry?.[1] === null ? entry[1] : undefined;
}
