import { namesPresenter } from '../http/present/names.js';
import { SeriesConditions } from './label-matcher.js';
import { searchNames } from './name-search.js';
import { defineQuestion } from './question.js';

/** GET /metrics/names: the metrics that have a series which meets the conditions. */
export const namesQuestion = defineQuestion(namesPresenter, ({ series }) => (request, stop) => {
  const conditions = new SeriesConditions(request.selectors);
  const metrics = series.metricsThat(conditions).filter((metric) => series.hasAny(metric, conditions));
  return { names: searchNames(metrics, ({ name }) => name, request, stop).map(({ name }) => name) };
});
