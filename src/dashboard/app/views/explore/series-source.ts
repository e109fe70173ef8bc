import { fetchSeries, type SeriesAnswer } from '../../api/series';
import type { ChartColumns } from '../../chart/line-chart';
import type { Instants } from '../../state/range';
import { labelsText } from '../../ui/format';
import { type ExploreState, selectorOf } from './explore-state';

/** The percentiles of the band picture, highest first. */
export const BAND_PERCENTILES = ['p99', 'p90', 'p50'] as const;

/** What is computed in each window. */
export const aggregationsOf = (state: ExploreState): readonly string[] =>
  state.picture === 'bands' ? BAND_PERCENTILES : [state.aggregation];

/** Asks for what a picture of lines, bands or a table is drawn from. */
export function requestSeries(
  state: ExploreState,
  { fromMs, toMs }: Instants,
  stepMs: number,
  signal: AbortSignal,
): Promise<SeriesAnswer> {
  const isBands = state.picture === 'bands';
  return fetchSeries(
    {
      metric: state.metric,
      match: selectorOf(state.filters),
      fromMs,
      toMs,
      stepMs,
      aggregations: aggregationsOf(state),
      groupBy: isBands ? [] : state.groupBy,
      source: state.source === 'auto' ? undefined : state.source,
    },
    signal,
  );
}

/** The answer as the columns of a chart. */
export function columnsOf(answer: SeriesAnswer, state: ExploreState): ChartColumns {
  const isBands = state.picture === 'bands';
  const series = answer.series.map(({ labels, name, values }) => ({
    name: isBands ? (name ?? '') : labelsText(labels),
    values,
  }));
  const columns = { times: answer.times, series };
  if (!isBands || series.length < BAND_PERCENTILES.length) return columns;
  return {
    ...columns,
    bands: [
      [0, 1],
      [1, 2],
    ],
  };
}

/** What is drawn, in words: nothing is merged in silence. */
export function mergedText(answer: SeriesAnswer, state: ExploreState): string {
  const merged = `${answer.series_selected} series`;
  if (state.picture === 'bands') return `percentiles of all points of ${merged}`;
  if (state.groupBy.length === 0)
    return answer.series_selected === 1 ? 'one series' : `${state.aggregation} of ${merged}`;
  const drawn = answer.series.length;
  const all = answer.groups_total;
  const lines = drawn < all ? `${drawn} of ${all} lines, by last value` : `${all} lines`;
  return `${lines}, each the ${state.aggregation} of its series (${merged} in all)`;
}
