import type { LatencyReport } from '../latency-report.js';

/** A sample's labels and its value; one without a value is left out. */
export type Sample = readonly [labels: Readonly<Record<string, string | number>>, value: number | null];

/** One metric of the text format: a name, its type and help, and how its samples are read from a report. */
export interface MetricFamily<R> {
  name: string;
  type: 'counter' | 'gauge' | 'summary';
  help: string;
  samples(report: R): Iterable<Sample>;
}

/** A sample of each member of an object of numbers. */
export const perMember = (label: string, members: Readonly<Record<string, number>>): Sample[] =>
  Object.entries(members).map(([name, value]) => [{ [label]: name }, value]);

type Read<R> = (report: R) => number | boolean | Iterable<Sample>;

function samplesOf(value: number | boolean | Iterable<Sample>): Iterable<Sample> {
  return typeof value === 'number' || typeof value === 'boolean' ? [[{}, Number(value)]] : value;
}

/** A value that only grows since the process began; the name ends in `_total`. */
export const counter = <R>(name: string, help: string, read: Read<R>): MetricFamily<R> => ({
  name,
  type: 'counter',
  help,
  samples: (report) => samplesOf(read(report)),
});

export const gauge = <R>(name: string, help: string, read: Read<R>): MetricFamily<R> => ({
  name,
  type: 'gauge',
  help,
  samples: (report) => samplesOf(read(report)),
});

const MS_PER_S = 1_000;
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / MS_PER_S);

/** Latencies as a summary in seconds and a gauge of the largest; `read` gives them with the labels of whom they are. */
export function latency<R>(
  name: string,
  help: string,
  read: (report: R) => Iterable<readonly [labels: Readonly<Record<string, string | number>>, LatencyReport]>,
): MetricFamily<R>[] {
  return [
    {
      name: `${name}_seconds`,
      type: 'summary',
      help: `${help}, since the process began.`,
      *samples(report) {
        for (const [labels, { count, p50_ms, p90_ms, p99_ms, p99_9_ms }] of read(report)) {
          yield [{ ...labels, quantile: '0.5' }, seconds(p50_ms)];
          yield [{ ...labels, quantile: '0.9' }, seconds(p90_ms)];
          yield [{ ...labels, quantile: '0.99' }, seconds(p99_ms)];
          yield [{ ...labels, quantile: '0.999' }, seconds(p99_9_ms)];
          yield [{ ...labels, [COUNT]: '' }, count];
        }
      },
    },
    {
      name: `${name}_max_seconds`,
      type: 'gauge',
      help: `${help}, the longest since the process began.`,
      *samples(report) {
        for (const [labels, { max_ms }] of read(report)) yield [labels, seconds(max_ms)];
      },
    },
  ];
}

/** Marks the sample of a summary that tells how many there were: it has a name of its own. */
export const COUNT = '__count__';
