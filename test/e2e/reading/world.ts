/** A point as it was sent; the list that it stands in is the order of arrival. */
export interface Sent {
  metric: string;
  labels: Readonly<Record<string, string>>;
  timeMs: number;
  value: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const HOSTS = ['a', 'b', 'c'];
const REGIONS = ['eu', 'us'];

/** Magnitudes that floating numbers have trouble with. */
const EXTREMES = [0, -0, 1e-300, -1e-300, 1e120, -1e120, 123456789.123, 2 ** 53, -(2 ** 53), 5e-324, 1, -1];

/**
 * Points of some metrics up to `endMs`: gauges and counters of several series with gaps, resets and points at one instant,
 * values of extreme sizes, a metric with a single point. Sorted by time; `shuffled` makes some late.
 */
export function worldOf(seed: number, endMs: number): Sent[] {
  const random = randomOf(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const points: Sent[] = [];
  const series = HOSTS.flatMap((host) => REGIONS.map((region) => ({ host, region })));
  for (const labels of [...series, { host: 'd' }, {}]) {
    let level = random() * 1_000;
    let total = random() < 0.5 ? 5 : 1e7;
    for (const timeMs of timesOf(random, endMs)) {
      level += (random() - 0.5) * 10;
      total = random() < 0.02 ? Math.floor(random() * 3) : total + Math.floor(random() * 20);
      const spike = random() < 0.004 ? 500 : 0;
      points.push({ metric: 'load.gauge', labels, timeMs, value: level + spike });
      points.push({ metric: 'load.counter', labels, timeMs, value: total });
      if (random() < 0.1) points.push({ metric: 'load.gauge', labels, timeMs, value: level - 1 });
    }
  }
  for (let i = 0; i < 300; i++) {
    const timeMs = endMs - 1 - Math.floor(random() * 2 * HOUR);
    points.push({ metric: 'load.wild', labels: { host: pick(HOSTS) }, timeMs, value: pick(EXTREMES) });
  }
  points.push({ metric: 'load.lonely', labels: { host: 'a' }, timeMs: endMs - 10 * MINUTE, value: 42.5 });
  return points.sort((a, b) => a.timeMs - b.timeMs);
}

/** Half a day of a metric with a season of an hour, a point a minute or so, with gaps and points far out. */
export function seasonsOf(seed: number, endMs: number): Sent[] {
  const random = randomOf(seed + 13);
  return ['a', 'b'].flatMap((host) => {
    const level = random() * 100;
    const points: Sent[] = [];
    for (let minute = 0; minute < 12 * 60; minute++) {
      if (random() < 0.04) continue;
      const timeMs = endMs - 12 * HOUR + minute * MINUTE + Math.floor(random() * 15 * SECOND);
      const season = 20 * Math.sin((2 * Math.PI * minute) / 60) + (minute % 60 < 10 ? 30 : 0);
      const spike = random() < 0.01 ? 40 * (random() - 0.5) + 30 : 0;
      const value = level + season + (random() - 0.5) * 4 + minute * 0.01 + spike;
      points.push({ metric: 'load.season', labels: { host }, timeMs, value });
    }
    return points;
  });
}

/** Every ten seconds or so for two hours, more rarely for three days, with gaps. */
function timesOf(random: () => number, endMs: number): number[] {
  const times: number[] = [];
  for (let timeMs = endMs - 3 * DAY; timeMs < endMs; ) {
    times.push(Math.floor(timeMs));
    const isRecent = timeMs > endMs - 2 * HOUR;
    const gapMs = isRecent ? 10 * SECOND : 20 * MINUTE;
    const nextMs = timeMs + (random() < 0.01 ? 30 * gapMs : gapMs * (0.5 + random()));
    timeMs = isRecent ? nextMs : Math.min(nextMs, endMs - 2 * HOUR + 1);
  }
  return times;
}

/** Deals points to `parts` loads; within a load about one in ten comes at any place, the rest in order. */
export function dealt(points: readonly Sent[], parts: number, seed: number): Sent[][] {
  const random = randomOf(seed);
  const loads: Sent[][] = Array.from({ length: parts }, () => []);
  points.forEach((point, i) => {
    const own = Math.floor((i * parts) / points.length);
    const load = loads[random() < 0.1 ? Math.floor(random() * parts) : own]!;
    if (random() < 0.1) load.splice(Math.floor(random() * load.length), 0, point);
    else load.push(point);
  });
  return loads;
}
