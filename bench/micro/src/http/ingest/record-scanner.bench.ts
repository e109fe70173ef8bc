import { IngestReport } from '../../../../../src/http/ingest/ingest-report.js';
import { addPoint } from '../../../../../src/http/ingest/point-batch.js';
import { RecordScanner } from '../../../../../src/http/ingest/record-scanner.js';
import { SeriesCache } from '../../../../../src/http/ingest/series-cache.js';
import type { RowSink } from '../../../../../src/http/ports.js';
import type { MicroBench } from '../../../../harness.js';

/** The body of POST /api/v1/record: the byte path, which must be several times as fast as JSON.parse, beside it. */
const SERIES = 10_000;
const perRun = (size: 'smoke' | 'full'): number => (size === 'smoke' ? 2_000 : 100_000);
const BATCH = 1000;

class SummingSink implements RowSink {
  sum = 0;
  readonly #series = new Map<string, number>();

  resolve(name: string, labels: Readonly<Record<string, string>> | undefined): number {
    const key = `${name}|${labels?.['host']}`;
    const known = this.#series.get(key) ?? this.#series.size;
    this.#series.set(key, known);
    return known;
  }

  timeReason(): number {
    return 0;
  }

  addResolved(series: number, value: number, timeMs: number | undefined): number {
    this.sum = (this.sum + series + value + (timeMs ?? 0)) % 1e9;
    return 0;
  }

  reject(): void {}

  commit(): undefined {}

  abort(): void {}
}

/** Batches with values of 15 digits and times, as a generator writes them; a linear congruence from a fixed seed. */
function bodies(points: number): Uint8Array[] {
  const encoder = new TextEncoder();
  let state = 42;
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  return Array.from({ length: points / BATCH }, () => {
    const data = Array.from({ length: BATCH }, () => {
      const series = Math.floor(random() * SERIES);
      return {
        name: `cpu.usage_${series % 10}`,
        value: Number((random() * 100).toFixed(3)),
        timestamp: '2024-01-01T00:00:00Z',
        labels: { host: `host-${series}`, region: 'eu-west-1' },
      };
    });
    return encoder.encode(JSON.stringify({ data }));
  });
}

export const benches: MicroBench[] = [
  {
    name: 'record body, byte path',
    unit: 'points',
    perRun,
    setup: (size) => {
      const batches = bodies(perRun(size));
      const scanner = new RecordScanner(new SeriesCache());
      const sink = new SummingSink();
      return () => {
        const report = new IngestReport();
        sink.sum = 0;
        for (const body of batches) scanner.scanBody(body, 'data', sink, report);
        return sink.sum + report.accepted;
      };
    },
  },
  {
    name: 'record body, JSON.parse',
    unit: 'points',
    perRun,
    setup: (size) => {
      const batches = bodies(perRun(size));
      const decoder = new TextDecoder();
      const sink = new SummingSink();
      return () => {
        const report = new IngestReport();
        sink.sum = 0;
        for (const body of batches) {
          const { data } = JSON.parse(decoder.decode(body)) as { data: unknown[] };
          for (let i = 0; i < data.length; i++) addPoint(sink, report, i, data[i]);
        }
        return sink.sum + report.accepted;
      };
    },
  },
];
