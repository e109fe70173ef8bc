import type { NamesResult } from '../http/present/results.js';
import type { SeriesConditions } from './label-matcher.js';
import type { ShardView } from './shard-view.js';

/** GET /metrics/names: the names of the metrics that have a series which meets the conditions. */
export function namesOf(views: readonly ShardView[], conditions: SeriesConditions): NamesResult {
  const names = new Set<string>();
  for (const { index } of views) {
    for (const metric of index.metrics) {
      if (names.has(metric.name) || !conditions.matchesName(metric.name)) continue;
      if (index.hasAny(metric, conditions)) names.add(metric.name);
    }
  }
  return { kind: 'names', names: [...names] };
}
