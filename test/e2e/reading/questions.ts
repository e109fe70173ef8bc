import assert from 'node:assert/strict';
import { LoadedEngine } from './loaded-engine.js';
import type { Labels, Range } from './naive.js';
import { dealt, randomOf, type Sent, seasonsOf, worldOf } from './world.js';

export const SEED = Number(process.env['MILLRACE_READING_SEED'] ?? 7);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const random = randomOf(SEED * 31 + 1);
export const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
export const endMs = Math.floor(Date.now() / SECOND) * SECOND - 20 * SECOND;

export function near(actual: number | null, wanted: number, what: string, relative = 1e-9, scale = 0): void {
  const bound = relative * Math.max(Math.abs(wanted), scale) + 1e-12;
  const isNear = actual !== null && (Math.abs(actual - wanted) <= bound || Object.is(actual, wanted));
  assert.ok(isNear, `${what}: ${actual}, not ${wanted} (seed ${SEED})`);
}

export const timeOf = (text: string): number => Date.parse(text);

/** Ranges of all kinds of lengths, with ends on windows and between them. */
export function ranges(count: number): Range[] {
  return Array.from({ length: count }, () => {
    const lengthMs = pick([90 * SECOND, 10 * MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY]);
    const unitMs = pick([1, SECOND, MINUTE, HOUR]);
    const end =
      Math.floor((endMs + pick([0, 0, -HOUR, -20 * HOUR, HOUR]) - random() * 30 * MINUTE) / unitMs) * unitMs;
    return { startMs: end - lengthMs, endMs: end };
  });
}

export interface Filter {
  text: string | undefined;
  takes(labels: Labels): boolean;
}

export const FILTERS: Filter[] = [
  { text: undefined, takes: () => true },
  { text: '{host="a"}', takes: ({ host }) => host === 'a' },
  {
    text: '{host=~"a|b",region!="eu"}',
    takes: ({ host, region }) => /^(a|b)$/.test(host ?? '') && region !== 'eu',
  },
  { text: '{region=""}', takes: ({ region }) => region === undefined },
  { text: '{host!~"[ab]"}', takes: ({ host }) => !/^[ab]$/.test(host ?? '') },
];

export const GROUPS = [[], ['host'], ['region', 'host'], ['nothing']];
export const AGGREGATIONS = [
  ...['mean', 'sum', 'count', 'min', 'max', 'first', 'last', 'median', 'stddev', 'variance', 'range'],
  ...['p99', 'p99.9', 'p0', 'p100', 'distinct', 'rate', 'increase'],
];

export const start = ({ startMs, endMs: end }: Range) => ({ start: startMs, end });

/** The engine with a world that came in four parts, late points among them, with two restarts and a compaction between. */
export async function loadedWorld(): Promise<LoadedEngine> {
  const engine = await LoadedEngine.start('--workers', '2');
  const all = [...worldOf(SEED, endMs), ...seasonsOf(SEED, endMs)];
  const parts = dealt(all, 4, SEED + 1);
  await engine.send(parts[0]!);
  await engine.restart('SIGTERM');
  await engine.send(parts[1]!, '/backfill/import');
  await engine.post('/api/v1/rollups/trigger', { start: '30d' });
  await engine.send(parts[2]!);
  await engine.restart('SIGKILL');
  await engine.send(parts[3]!);
  return engine;
}

/** A point by all that answers tell of it. */
export const keyOf = ({ timeMs, value, labels }: Sent): string =>
  JSON.stringify([timeMs, value, Object.entries(labels).sort()]);
