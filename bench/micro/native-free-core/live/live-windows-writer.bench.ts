import { APPLY_SLICE_POINTS, LIVE_METRICS_MAX, LIVE_PAGES_MAX } from '../../../../native-free-core/limits.js';
import { LiveAggregate } from '../../../../native-free-core/live/live-aggregate.js';
import { createLiveWindows } from '../../../../native-free-core/live/live-windows-memory.js';
import { LiveWindowsReader } from '../../../../native-free-core/live/live-windows-reader.js';
import { LiveWindowsWriter } from '../../../../native-free-core/live/live-windows-writer.js';
import type { BenchSize, MicroBench } from '../../../harness.js';

const NOW_MS = 1_700_000_000_500;

const pointsOf = (size: BenchSize): number => (size === 'full' ? 128 : 4) * APPLY_SLICE_POINTS;

/** Values evenly spread over 0..100, as a gauge in percent has them: eight octaves, the widest common case. */
function valuesOf(count: number): Float64Array {
  const values = new Float64Array(count);
  let state = 12_345;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    values[i] = ((state >>> 8) / 2 ** 24) * 100;
  }
  return values;
}

/** `metrics` taken in turn, `ageMs` in turn, in batches as a shard's worker makes them. */
function recording(name: string, metrics: number, agesMs: number[]): MicroBench {
  return {
    name: `LiveWindowsWriter.record() ${name}`,
    unit: 'points',
    perRun: pointsOf,
    setup(size) {
      const count = pointsOf(size);
      const memory = createLiveWindows({ metricsMax: LIVE_METRICS_MAX, pagesMax: LIVE_PAGES_MAX });
      const writer = new LiveWindowsWriter(memory);
      const reader = new LiveWindowsReader(memory);
      const values = valuesOf(count);
      const metricOf = Int32Array.from(values, (_, i) => i % metrics);
      const timeOf = Float64Array.from(values, (_, i) => NOW_MS - agesMs[i % agesMs.length]!);
      writer.advance(NOW_MS);
      return () => {
        const before = reader.totals().recorded;
        for (let i = 0; i < count; i += APPLY_SLICE_POINTS) {
          writer.begin();
          for (let k = i; k < i + APPLY_SLICE_POINTS; k++)
            writer.record(metricOf[k]!, timeOf[k]!, values[k]!);
          writer.end();
        }
        return reader.totals().recorded - before;
      };
    },
  };
}

/** A minute of a full ring, read as GET /metrics/current reads it: ten metrics, eight octaves in each second. */
function reading(): MicroBench {
  const metrics = 10;
  return {
    name: 'LiveWindowsReader.readInto() a minute of ten metrics, with four quantiles each',
    unit: 'values',
    perRun: () => metrics,
    setup(size) {
      const memory = createLiveWindows({ metricsMax: metrics, pagesMax: LIVE_PAGES_MAX });
      const writer = new LiveWindowsWriter(memory);
      const values = valuesOf(60 * 60 * metrics * (size === 'full' ? 10 : 1));
      writer.advance(NOW_MS);
      for (let i = 0; i < values.length; ) {
        writer.begin();
        for (const end = Math.min(values.length, i + APPLY_SLICE_POINTS); i < end; i++) {
          writer.record(i % metrics, NOW_MS - (i % 59_999), values[i]!);
        }
        writer.end();
      }
      const reader = new LiveWindowsReader(memory);
      const aggregate = new LiveAggregate();
      return () => {
        let hash = 0;
        for (let metric = 0; metric < metrics; metric++) {
          aggregate.clear();
          reader.readInto(metric, NOW_MS - 60_000, NOW_MS, aggregate);
          for (const percent of [50, 90, 95, 99]) hash += aggregate.quantile(percent);
          hash += aggregate.count;
        }
        return hash;
      };
    },
  };
}

export const benches: MicroBench[] = [
  recording('one metric, one second', 1, [0]),
  recording('ten metrics in turn', 10, [0]),
  recording('a thousand metrics in turn', 1_000, [0]),
  recording(
    'ten metrics in turn, eight seconds in turn',
    10,
    [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000],
  ),
  recording('old points, refused', 10, [86_400_000]),
  reading(),
];
