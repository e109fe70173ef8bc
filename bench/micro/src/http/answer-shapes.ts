/** Answers of the kinds that are asked for most, with the same numbers on every machine. */

const START_MS = 1_764_669_600_000;

function generator(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const timeAt = (ms: number): string => new Date(START_MS + ms).toISOString().replace('.000Z', 'Z');

/** Points of `hosts` random walks, a point every three seconds or so. */
function rawPoints(rows: number, hosts: number): { data: object[] } {
  const next = generator();
  const levels = Array.from({ length: hosts }, () => next() * 100);
  const data = Array.from({ length: rows }, (_, i) => {
    const host = Math.floor(next() * hosts);
    levels[host] = levels[host]! + next() * 4 - 2;
    return {
      timestamp: timeAt(Math.floor(i * 3_333.7)),
      value: levels[host],
      labels: { host: `server-${host}`, region: 'eu-central', service: 'api' },
    };
  });
  return { data };
}

function rollups(rows: number): object {
  const next = generator();
  const data = Array.from({ length: rows }, (_, i) => {
    const avg = 50 + next() * 10;
    return {
      timestamp: timeAt(i * 60_000),
      ...{ count: 6, sum: avg * 6, avg, min: avg - 3 * next(), max: avg + 3 * next() },
      ...{ first: avg - next(), last: avg + next(), stddev: next() },
      ...{ p50: avg, p90: avg + 1.1, p95: avg + 1.2, p99: avg + 1.3 },
    };
  });
  return { data };
}

function groups(rows: number): object {
  const next = generator();
  const data = Array.from({ length: rows }, (_, i) => {
    const timestamp = timeAt(Math.floor(i / 20) * 60_000);
    return { timestamp, value: next() * 100, labels: { host: `host_${i % 20}` } };
  });
  return { data };
}

function columns(rows: number): object {
  const next = generator();
  const times = Array.from({ length: rows }, (_, i) => START_MS + i * 60_000);
  const series = ['a', 'b', 'c', 'd'].map((host) => {
    return { labels: { host }, values: times.map(() => next() * 100) };
  });
  return { times, series };
}

const SERVICES = ['api', 'db', 'web', 'cache'];
const names = (rows: number): object => ({
  metrics: Array.from({ length: rows }, (_, i) => `service.${SERVICES[i % 4]}.endpoint_${i}.latency`),
});

/** By name, answers of so many rows. */
export const ANSWER_SHAPES = {
  'raw points': (rows: number) => rawPoints(rows, 3),
  'raw points of many series': (rows: number) => rawPoints(rows, 20),
  rollups,
  groups,
  columns,
  names,
} as const satisfies Record<string, (rows: number) => object>;
