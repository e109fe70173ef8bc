import { type NamesResult, namesPresenter } from '../http/present/names.js';
import { SeriesConditions } from './label-matcher.js';
import { defineQuestion } from './question.js';
import type { ShardView } from './shard-view.js';

/** The names of the metrics that have a series which meets the conditions. */
function namesOf(views: readonly ShardView[], conditions: SeriesConditions): NamesResult {
  const names = new Set<string>();
  for (const { index } of views) {
    for (const metric of index.metrics) {
      if (names.has(metric.name) || !conditions.matchesName(metric.name)) continue;
      if (index.hasAny(metric, conditions)) names.add(metric.name);
    }
  }
  return { names: [...names] };
}

/** GET /metrics/names */
export const namesQuestion = defineQuestion(
  namesPresenter,
  ({ views }) =>
    ({ selectors }) =>
      namesOf(views, new SeriesConditions(selectors)),
);
