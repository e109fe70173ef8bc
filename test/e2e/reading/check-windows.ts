import assert from 'node:assert/strict';
import { aggregated, endsOf, groupsOf, increments, type Labels, type Range, sumOf, within } from './naive.js';
import { near, SECOND, SEED, timeOf } from './questions.js';
import type { Sent } from './world.js';

export interface Windows {
  range: Range;
  stepMs: number;
  rolled: number;
  groupBy: readonly string[];
  what: string;
}

/** From when on points count: those of rolling windows from the beginning of the first one. */
export const rowsFrom = ({ range, stepMs, rolled }: Pick<Windows, 'range' | 'stepMs' | 'rolled'>): number =>
  rolled === 1 ? range.startMs : (Math.floor(range.startMs / stepMs) - rolled + 1) * stepMs;

export type Row = Record<string, number | null> & { timestamp: string; labels?: Labels };

export function checkWindows(rows: readonly Row[], points: readonly Sent[], asked: Windows): void {
  const { range, stepMs, rolled, groupBy, what } = asked;
  const windowOf = (timeMs: number): number => Math.floor(timeMs / stepMs) * stepMs;
  const rowsFromMs = rowsFrom(asked);
  const inRange = within(points, { startMs: rowsFromMs, endMs: range.endMs });
  const grown = increments(points, rowsFromMs, stepMs);
  const rowsByPlace = new Map(rows.map((row) => [placeOf(timeOf(row.timestamp), row.labels ?? {}), row]));
  let count = 0;
  for (const [labels, own] of groupsOf(inRange, groupBy)) {
    const windows = new Map<number, Sent[]>();
    for (const point of own) {
      const inside = windows.get(windowOf(point.timeMs));
      if (inside === undefined) windows.set(windowOf(point.timeMs), [point]);
      else inside.push(point);
    }
    for (let windowMs = windowOf(range.startMs); windowMs < range.endMs; windowMs += stepMs) {
      const inside = Array.from(
        { length: rolled },
        (_, back) => windows.get(windowMs - back * stepMs) ?? [],
      ).flat();
      if (inside.length === 0) continue;
      count++;
      const row = rowsByPlace.get(placeOf(windowMs, JSON.parse(labels)));
      const where = `${what} at ${new Date(windowMs).toISOString()} ${labels}`;
      assert.ok(row !== undefined, `${where} lacks`);
      checkRow(row, inside, { grown, seconds: (stepMs * rolled) / SECOND, where });
    }
  }
  assert.equal(rows.length, count, `${what}: rows`);
}

const placeOf = (timeMs: number, labels: Labels): string =>
  JSON.stringify([timeMs, Object.entries(labels).sort()]);

function checkRow(
  row: Row,
  inside: readonly Sent[],
  { grown, seconds, where }: { grown: Map<Sent, number>; seconds: number; where: string },
): void {
  const scale = Math.max(...inside.map(({ value }) => Math.abs(value)));
  for (const [name, value] of Object.entries(row)) {
    if (name === 'timestamp' || name === 'labels') continue;
    const actual = value as number | null;
    const what = `${name} of ${where}`;
    if (name === 'first' || name === 'last') {
      const may = endsOf(inside, name);
      assert.ok(may.includes(actual!), `${what}: ${actual}, not one of ${may} (seed ${SEED})`);
    } else if (name === 'rate' || name === 'increase') {
      const increase = sumOf(inside.map((point) => grown.get(point)!));
      near(actual, name === 'rate' ? increase / seconds : increase, what, 1e-9, scale);
    } else if (/^(p\d|median)/.test(name)) near(actual, aggregated(inside, name), what, 0.005);
    else if (name === 'variance') near(actual, aggregated(inside, name), what, 1e-9, scale ** 2);
    else near(actual, aggregated(inside, name), what, 1e-9, name === 'sum' ? scale * inside.length : scale);
  }
}
