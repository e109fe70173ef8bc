import { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import {
  cellRunBytesMax,
  decodeCellRunInto,
  encodeCellRunInto,
} from '../../../../native-free-core/cell/cell-run-codec.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { sketchBytesOf } from './sketch-bits.js';
import { cellRunsOf, cpuOnly, logNormal, MINUTE_MS, MINUTES_PER_RUN, type Workload } from './workload.js';

const runsOfCpu = (size: BenchSize) => (size === 'full' ? 1000 : 20);
const runsOfLogNormal = (size: BenchSize) => (size === 'full' ? 10 : 1);

/** Thousandths of a byte a row. */
const perRow = (bytes: number, runs: number): number => Math.round((1000 * bytes) / (runs * MINUTES_PER_RUN));

/** The hash is the size. */
function encode(workload: Workload): () => number {
  const runs = cellRunsOf(workload);
  const out = new Uint8Array(Math.max(...runs.map((run) => cellRunBytesMax(run, 0, run.length))));
  return () => {
    let bytes = 0;
    for (const run of runs) bytes += encodeCellRunInto(run, 0, run.length, MINUTE_MS, out, 0);
    return perRow(bytes, runs.length);
  };
}

/** Writes the sketches alone; the hash is the size of what they leave of a row. */
function withoutSketch(workload: Workload): () => number {
  const runs = cellRunsOf(workload);
  const rows = encode(workload)();
  const sketches = runs.map(sketchBytesOf);
  return () => {
    let bytes = 0;
    for (const write of sketches) bytes += write();
    return rows - perRow(bytes, runs.length);
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

/** The data that sizes are told of, and the most bytes that a row with its sketch is to take. */
const SIZED: {
  data: string;
  aim: number;
  rows: (size: BenchSize) => number;
  make: (size: BenchSize) => Workload;
}[] = [
  { data: 'TSBS cpu-only', aim: 20, rows: cpuRows, make: (size) => cpuOnly(runsOfCpu(size)) },
  {
    data: 'log-normal of three decimals',
    aim: 250,
    rows: logNormalRows,
    make: (size) => logNormal(runsOfLogNormal(size), 3),
  },
  {
    data: 'log-normal of full mantissas',
    aim: 250,
    rows: logNormalRows,
    make: (size) => logNormal(runsOfLogNormal(size)),
  },
];

/** Aim for a row without its sketch, bytes. */
const WITHOUT_SKETCH_AIM = 8;

const sizes: MicroBench[] = SIZED.flatMap(({ data, aim, rows, make }) => [
  {
    name: `encodeCellRunInto(), ${data}, rows (hash: bytes a row with its sketch * 1000; aim ${aim},000)`,
    unit: 'values',
    perRun: rows,
    setup: (size) => encode(make(size)),
  },
  {
    name: `BucketSplit.write(), ${data}, rows (hash: bytes a row without its sketch * 1000${data.startsWith('TSBS') ? `; aim ${WITHOUT_SKETCH_AIM},000` : ''})`,
    unit: 'values',
    perRun: rows,
    setup: (size) => withoutSketch(make(size)),
  },
]);

export const benches: MicroBench[] = [
  ...sizes,
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
