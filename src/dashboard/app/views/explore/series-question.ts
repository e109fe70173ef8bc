import { type Instants, instantsOf, stepFor, type TimeRange } from '../../state/range';
import { type ExploreState, selectorOf } from './explore-state';

/** The percentiles of the band picture, highest first. */
export const BAND_PERCENTILES = ['p99', 'p90', 'p50'] as const;

/** What a picture of lines, bands or a table asks of the engine, but for the time. */
export interface SeriesQuestion {
  metric: string;
  match: string | undefined;
  /** Whether lines are the percentiles of all points, not one aggregation by group. */
  isBands: boolean;
  aggregations: readonly string[];
  groupBy: readonly string[];
  source: string | undefined;
}

export function questionOf(state: ExploreState): SeriesQuestion {
  const isBands = state.picture === 'bands';
  return {
    metric: state.metric,
    match: selectorOf(state.filters),
    isBands,
    aggregations: isBands ? BAND_PERCENTILES : [state.aggregation],
    groupBy: isBands ? [] : state.groupBy,
    source: state.source === 'auto' ? undefined : state.source,
  };
}

/** The time that is asked for: instants, and the length of a window. */
export interface Span extends Instants {
  stepMs: number;
}

/** The span of a range at a moment, for a chart of a width, CSS pixels. */
export function spanOf(range: TimeRange, width: number, nowMs: number): Span {
  const instants = instantsOf(range, nowMs);
  return { ...instants, stepMs: stepFor(instants, width) };
}
