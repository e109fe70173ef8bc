import { seededRandom, TSBS_FIELDS } from './tsbs.js';

/** A question of TSBS's devops set: an aggregation of some gauges over windows, for some hosts or for all. */
export interface TsbsQuery {
  kind: TsbsQueryKind;
  aggregation: 'max' | 'mean' | 'last';
  fields: readonly string[];
  /** Undefined: all. */
  hosts: readonly string[] | undefined;
  /** Whether each host has a line of its own. */
  byHost: boolean;
  startMs: number;
  endMs: number;
  /** Length of a window, ms; undefined: the newest value. */
  stepMs: number | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Every kind of the set, in its order. */
export const TSBS_QUERY_KINDS = [
  'single-groupby-1-1-1',
  'single-groupby-1-8-1',
  'single-groupby-5-1-12',
  'single-groupby-5-8-1',
  'cpu-max-all-8',
  'double-groupby-1',
  'double-groupby-5',
  'double-groupby-all',
  'lastpoint',
  'groupby-orderby-limit',
] as const;

export type TsbsQueryKind = (typeof TSBS_QUERY_KINDS)[number];

/**
 * Queries over [fromMs, toMs), `each` of every kind, the same for a seed. Ranges begin and end at
 * multiples of their windows, so that all systems speak of the same windows.
 */
export function tsbsQueries(
  hostCount: number,
  fromMs: number,
  toMs: number,
  each: number,
  seed = 9,
): TsbsQuery[] {
  const random = seededRandom(seed);
  const pickHosts = (count: number): string[] => {
    const hosts = new Set<string>();
    while (hosts.size < Math.min(count, hostCount)) hosts.add(`host_${Math.floor(random() * hostCount)}`);
    return [...hosts];
  };
  const range = (lengthMs: number, stepMs: number): { startMs: number; endMs: number } => {
    const length = Math.min(lengthMs, toMs - fromMs);
    const steps = Math.floor((toMs - fromMs - length) / stepMs);
    const startMs = fromMs + Math.floor(random() * (steps + 1)) * stepMs;
    return { startMs, endMs: startMs + length };
  };
  const single = (fields: number, hosts: number, hours: number, stepMs = MINUTE_MS) => ({
    aggregation: 'max' as const,
    fields: TSBS_FIELDS.slice(0, fields),
    hosts: pickHosts(hosts),
    byHost: false,
    ...range(hours * HOUR_MS, stepMs),
    stepMs,
  });
  const double = (fields: number) => ({
    aggregation: 'mean' as const,
    fields: TSBS_FIELDS.slice(0, fields),
    hosts: undefined,
    byHost: true,
    ...range(12 * HOUR_MS, HOUR_MS),
    stepMs: HOUR_MS,
  });
  const makers: Record<TsbsQueryKind, () => Omit<TsbsQuery, 'kind'>> = {
    'single-groupby-1-1-1': () => single(1, 1, 1),
    'single-groupby-1-8-1': () => single(1, 8, 1),
    'single-groupby-5-1-12': () => single(5, 1, 12),
    'single-groupby-5-8-1': () => single(5, 8, 1),
    'cpu-max-all-8': () => single(TSBS_FIELDS.length, 8, 8, HOUR_MS),
    'double-groupby-1': () => double(1),
    'double-groupby-5': () => double(5),
    'double-groupby-all': () => double(TSBS_FIELDS.length),
    lastpoint: () => ({
      aggregation: 'last',
      fields: TSBS_FIELDS,
      hosts: undefined,
      byHost: true,
      startMs: toMs - 10 * MINUTE_MS,
      endMs: toMs,
      stepMs: undefined,
    }),
    'groupby-orderby-limit': () => {
      const { endMs } = range(2 * HOUR_MS, MINUTE_MS);
      return {
        aggregation: 'max',
        fields: TSBS_FIELDS.slice(0, 1),
        hosts: undefined,
        byHost: false,
        startMs: endMs - 5 * MINUTE_MS,
        endMs,
        stepMs: MINUTE_MS,
      };
    },
  };
  return TSBS_QUERY_KINDS.flatMap((kind) =>
    Array.from({ length: each }, () => ({ kind, ...makers[kind]() })),
  );
}
