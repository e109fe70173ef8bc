import { signal } from '@preact/signals';
import type { ChartColumns } from '../../chart/line-chart';

export interface Anomaly {
  timeMs: number;
  value: number;
}

/** What the statistics panel has found, for the chart to mark. */
export const anomalyMarks = signal<readonly Anomaly[]>([]);

/** The chart's columns with a mark at each anomaly that lies in one of its windows. */
export function withMarks(
  columns: ChartColumns,
  anomalies: readonly Anomaly[],
  stepMs: number,
): ChartColumns {
  if (anomalies.length === 0) return columns;
  const marks = anomalies.flatMap(({ timeMs, value }) => {
    const index = columns.times.findLastIndex((time) => time <= timeMs);
    return index < 0 || timeMs >= columns.times[index]! + stepMs ? [] : [{ index, value }];
  });
  return { ...columns, marks };
}
