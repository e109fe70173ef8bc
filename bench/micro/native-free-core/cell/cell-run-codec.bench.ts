import { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import {
  cellRunBytesMax,
  decodeCellRunInto,
  encodeCellRunInto,
} from '../../../../native-free-core/cell/cell-run-codec.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { cellRunsOf, cpuOnly, logNormal, MINUTE_MS, MINUTES_PER_RUN, type Workload } from './workload.js';

const runsOfCpu = (size: BenchSize) => (size === 'full' ? 1000 : 20);
const runsOfLogNormal = (size: BenchSize) => (size === 'full' ? 10 : 1);

/** The hash is the size: thousandths of a byte a row. */
function encode(workload: Workload): () => number {
  const runs = cellRunsOf(workload);
  const out = new Uint8Array(Math.max(...runs.map((run) => cellRunBytesMax(run, 0, run.length))));
  return () => {
    let bytes = 0;
    for (const run of runs) bytes += encodeCellRunInto(run, 0, run.length, MINUTE_MS, out, 0);
    return Math.round((1000 * bytes) / (runs.length * MINUTES_PER_RUN));
  };
}

function decode(workload: Workload): () => number {
  const encoded = cellRunsOf(workload).map((run) => {
    const out = new Uint8Array(cellRunBytesMax(run, 0, run.length));
    return out.slice(0, encodeCellRunInto(run, 0, run.length, MINUTE_MS, out, 0));
  });
  const run = new CellRun();
  return () => {
    let hash = 0;
    for (const bytes of encoded) {
      run.reset();
      hash += decodeCellRunInto(bytes, 0, bytes.length, MINUTE_MS, run) + run.bucketStart(run.length);
    }
    return hash;
  };
}

const logNormalRows = (size: BenchSize) => runsOfLogNormal(size) * MINUTES_PER_RUN;
const cpuRows = (size: BenchSize) => runsOfCpu(size) * MINUTES_PER_RUN;

export const benches: MicroBench[] = [
  {
    name: 'encodeCellRunInto(), TSBS cpu-only, rows (hash: bytes a row * 1000; aim 20,000)',
    unit: 'values',
    perRun: cpuRows,
    setup: (size) => encode(cpuOnly(runsOfCpu(size))),
  },
  {
    name: 'encodeCellRunInto(), log-normal of three decimals, rows (hash: bytes a row * 1000; aim 250,000)',
    unit: 'values',
    perRun: logNormalRows,
    setup: (size) => encode(logNormal(runsOfLogNormal(size), 3)),
  },
  {
    name: 'encodeCellRunInto(), log-normal of full mantissas, rows (hash: bytes a row * 1000; aim 250,000)',
    unit: 'values',
    perRun: logNormalRows,
    setup: (size) => encode(logNormal(runsOfLogNormal(size))),
  },
  {
    name: 'decodeCellRunInto(), TSBS cpu-only, rows',
    unit: 'values',
    perRun: cpuRows,
    setup: (size) => decode(cpuOnly(runsOfCpu(size))),
  },
  {
    name: 'decodeCellRunInto(), log-normal of full mantissas, rows',
    unit: 'values',
    perRun: logNormalRows,
    setup: (size) => decode(logNormal(runsOfLogNormal(size))),
  },
];
