import { CellRun } from '../../../../native-free-core/cell/cell-run.js';

/** The two shapes of data that the aims for cells are stated for, from a fixed seed. */
export interface Workload {
  times: Float64Array;
  values: Float64Array;
  /** Points of one series, half an hour of them. */
  pointsPerRun: number;
}

export const MINUTE_MS = 60_000;
export const MINUTES_PER_RUN = 30;
const START_MS = 1_764_669_600_000;

/** A xorshift generator of 32 bits: the same numbers on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A normal deviate of mean 0 and deviation 1 (Box and Muller 1958). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** TSBS cpu-only: 6 points a minute; a walk of steps N(0, 1) held in 0..100, cut to an integer. */
export function cpuOnly(runs: number): Workload {
  const random = seeded(1);
  let state = 0;
  return make(runs, 6, (i) => {
    if (i === 0) state = random() * 100;
    state = Math.min(100, Math.max(0, state + gaussian(random)));
    return Math.floor(state);
  });
}

/** Latencies: 1,000 points a minute, log-normal with sigma 1.2; full mantissas, or rounded to `digits` decimals. */
export function logNormal(runs: number, digits?: number): Workload {
  const random = seeded(2);
  const scale = 10 ** (digits ?? 0);
  return make(runs, 1000, () => {
    const value = Math.exp(1.2 * gaussian(random) + 3);
    return digits === undefined ? value : Math.round(value * scale) / scale;
  });
}

function make(runs: number, pointsPerMinute: number, value: (i: number) => number): Workload {
  const pointsPerRun = pointsPerMinute * MINUTES_PER_RUN;
  const times = new Float64Array(runs * pointsPerRun);
  const values = new Float64Array(runs * pointsPerRun);
  for (let i = 0; i < times.length; i++) {
    const place = i % pointsPerRun;
    times[i] = START_MS + place * (MINUTE_MS / pointsPerMinute);
    values[i] = value(place);
  }
  return { times, values, pointsPerRun };
}

export function cellRunsOf({ times, values, pointsPerRun }: Workload): CellRun[] {
  const runs: CellRun[] = [];
  for (let start = 0; start < times.length; start += pointsPerRun) {
    const run = new CellRun();
    run.accumulate(times, values, start, pointsPerRun, MINUTE_MS);
    runs.push(run);
  }
  return runs;
}
