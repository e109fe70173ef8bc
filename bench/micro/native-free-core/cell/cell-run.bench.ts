import { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { cellRunsOf, cpuOnly, logNormal, MINUTE_MS, MINUTES_PER_RUN, type Workload } from './workload.js';

const runsOfCpu = (size: BenchSize) => (size === 'full' ? 1000 : 20);
const runsOfLogNormal = (size: BenchSize) => (size === 'full' ? 10 : 1);

function accumulate({ times, values, pointsPerRun }: Workload, countsBuckets = true): () => number {
  const run = new CellRun();
  return () => {
    let hash = 0;
    for (let start = 0; start < times.length; start += pointsPerRun) {
      run.reset(countsBuckets);
      run.accumulate(times, values, start, pointsPerRun, MINUTE_MS);
      hash += run.length + run.bucketStart(run.length) + run.sum[0]!;
    }
    return hash;
  };
}

function coarsen(workload: Workload): () => number {
  const runs = cellRunsOf(workload);
  const coarse = new CellRun();
  return () => {
    let hash = 0;
    for (const run of runs) {
      run.coarsen(coarse, 5 * MINUTE_MS);
      hash += coarse.bucketStart(coarse.length) + coarse.sum[0]!;
    }
    return hash;
  };
}

export const benches: MicroBench[] = [
  {
    name: 'CellRun.accumulate(), TSBS cpu-only, 6 points a window',
    unit: 'points',
    perRun: (size) => runsOfCpu(size) * 6 * MINUTES_PER_RUN,
    setup: (size) => accumulate(cpuOnly(runsOfCpu(size))),
  },
  {
    name: 'CellRun.accumulate() without buckets, TSBS cpu-only, 6 points a window',
    unit: 'points',
    perRun: (size) => runsOfCpu(size) * 6 * MINUTES_PER_RUN,
    setup: (size) => accumulate(cpuOnly(runsOfCpu(size)), false),
  },
  {
    name: 'CellRun.accumulate(), log-normal, 1,000 points a window',
    unit: 'points',
    perRun: (size) => runsOfLogNormal(size) * 1000 * MINUTES_PER_RUN,
    setup: (size) => accumulate(logNormal(runsOfLogNormal(size))),
  },
  {
    name: 'CellRun.coarsen() 1 m to 5 m, TSBS cpu-only, per cell of 1 m',
    unit: 'values',
    perRun: (size) => runsOfCpu(size) * MINUTES_PER_RUN,
    setup: (size) => coarsen(cpuOnly(runsOfCpu(size))),
  },
  {
    name: 'CellRun.coarsen() 1 m to 5 m, log-normal, per cell of 1 m',
    unit: 'values',
    perRun: (size) => runsOfLogNormal(size) * MINUTES_PER_RUN,
    setup: (size) => coarsen(logNormal(runsOfLogNormal(size))),
  },
];
