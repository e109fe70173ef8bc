import { type NamesResult, namesPresenter } from '../http/present/names.js';
import { SeriesConditions } from './label-matcher.js';
import { defineQuestion } from './question.js';
import type { SeriesIndex } from './series-index.js';

/** The names of the metrics that have a series which meets the conditions. */
function namesOf(series: SeriesIndex, conditions: SeriesConditions): NamesResult {
  const metrics = series.metrics.filter((metric) => {
    return conditions.matchesName(metric.name) && series.hasAny(metric, conditions);
  });
  return { names: metrics.map(({ name }) => name) };
}

/** GET /metrics/names */
export const namesQuestion = defineQuestion(
  namesPresenter,
  ({ series }) =>
    ({ selectors }) =>
      namesOf(series, new SeriesConditions(selectors)),
);
