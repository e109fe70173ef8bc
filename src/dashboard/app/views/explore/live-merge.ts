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
 * at the end. Windows before `fromMs` go. A group that the answer doesn't have waits for the next full answer.
 */
export function mergeWindow(answer: SeriesAnswer, window: LiveWindow, fromMs: number): SeriesAnswer {
  const timeMs = Date.parse(window.timestamp);
  const at = answer.times.lastIndexOf(timeMs);
  if (at < 0 && timeMs < (answer.times.at(-1) ?? 0)) return answer;
  const skipped = Math.max(
    0,
    answer.times.findIndex((time) => time >= fromMs),
  );
  const times = answer.times.slice(skipped);
  if (at < 0) times.push(timeMs);
  const place = at < 0 ? times.length - 1 : at - skipped;
  if (place < 0) return answer;
  const rows = new Map(window.data.map((row) => [JSON.stringify(sorted(row.labels ?? {})), row]));
  const series = answer.series.map((each) => {
    const values = each.values.slice(skipped);
    if (at < 0) values.push(null);
    const row = rows.get(JSON.stringify(sorted(each.labels)));
    const value = row === undefined ? undefined : statisticOf(row, each.name);
    if (value !== undefined) values[place] = value;
    return { ...each, values };
  });
  return { ...answer, times, series };
}

const sorted = (labels: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));

/** The statistic of that name; the only one where none is named. */
function statisticOf(row: LiveWindow['data'][number], name: string | undefined): number | null | undefined {
  const entry = Object.entries(row).find(([key]) => key !== 'labels' && (name === undefined || key === name));
  return typeof entry?.[1] === 'number' || entry?.[1] === null ? entry[1] : undefined;
}
