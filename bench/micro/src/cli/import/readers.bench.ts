import { CsvReader } from '../../../../../src/cli/import/csv-reader.js';
import { ImportColumns } from '../../../../../src/cli/import/import-columns.js';
import { LineReport } from '../../../../../src/cli/import/line-report.js';
import { NdjsonReader } from '../../../../../src/cli/import/ndjson-reader.js';
import type { PointReader, ReaderContext } from '../../../../../src/cli/import/point-reader.js';
import type { BenchSize, MicroBench } from '../../../../harness.js';
import { seededRandom } from '../../../../macro/tsbs.js';

/** The lines of a file to columns that a producer takes: what `millrace import` does besides reading and sending. */
const SERIES = 1_000;
const perRun = (size: BenchSize): number => (size === 'smoke' ? 2_000 : 100_000);

interface SamplePoint {
  host: string;
  value: number;
  time: string;
}

function points(size: BenchSize): SamplePoint[] {
  const random = seededRandom(7);
  return Array.from({ length: perRun(size) }, (_, i) => ({
    host: `host-${Math.floor(random() * SERIES)}`,
    value: Math.round(random() * 100_000) / 1_000,
    time: new Date(1_700_000_000_000 + i * 100).toISOString(),
  }));
}

function bench(
  name: string,
  write: (point: SamplePoint) => string,
  open: (context: ReaderContext) => PointReader,
  header = '',
): MicroBench {
  return {
    name: `import: ${name}`,
    unit: 'points',
    perRun,
    setup: (size) => {
      const bytes = Buffer.from(`${header}${points(size).map(write).join('\n')}\n`);
      const refs = new Map<string, number>();
      const series = (metric: string, labels: Readonly<Record<string, string>> | undefined): number => {
        const key = `${metric} ${labels?.['host']}`;
        const ref = refs.get(key) ?? refs.size;
        refs.set(key, ref);
        return ref;
      };
      return () => {
        const columns = new ImportColumns();
        const reader = open({ columns, report: new LineReport(), series, nowMs: 0, fromLine: 1 });
        let sum = 0;
        for (let at = reader.read(bytes, 0, true); ; at = reader.read(bytes, at, true)) {
          for (let i = 0; i < columns.count; i += 100) sum += columns.values[i]! + columns.refs[i]!;
          if (!columns.isFull) return Math.round(sum * 1_000);
          columns.clear();
        }
      };
    },
  };
}

const csv = (context: ReaderContext): PointReader => new CsvReader(context, {});

export const benches: MicroBench[] = [
  bench(
    'NDJSON, RFC 3339 times',
    ({ host, value, time }) =>
      `{"name":"cpu_usage","value":${value},"timestamp":"${time}","labels":{"host":"${host}","region":"eu-west-1"}}`,
    (context) => new NdjsonReader(context),
  ),
  bench(
    'CSV, RFC 3339 times',
    ({ host, value, time }) => `${time},cpu_usage,${value},${host},eu-west-1`,
    csv,
    'timestamp,metric,value,host,region\n',
  ),
  bench(
    'CSV, epoch ms, quoted labels',
    ({ host, value, time }) => `${Date.parse(time)},cpu_usage,${value},"${host}","eu, west"`,
    csv,
    'timestamp,metric,value,host,region\n',
  ),
];
