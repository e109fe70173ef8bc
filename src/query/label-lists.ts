import { ROOT_LABELS } from '../../native-free-core/series-index/series-index-layout.js';
import { nearest } from '../http/nearest.js';
import { hostsPresenter } from '../http/present/hosts.js';
import { labelValuesPresenter } from '../http/present/label-values.js';
import { labelsPresenter } from '../http/present/labels.js';
import { NAME_LABEL } from '../http/selector/selector-parser.js';
import { SeriesConditions } from './label-matcher.js';
import { NEAR_NAMES_MAX } from './limits.js';
import { searchNames } from './name-search.js';
import { defineQuestion } from './question.js';
import type { SeriesIndex } from './series-index.js';
import { SetWeights } from './set-weights.js';
import type { StopCheck } from './stop-check.js';

const itself = (name: string): string => name;

/** The names of the labels that series have which meet the conditions; that of the metric is one of them. */
function labelNames(index: SeriesIndex, conditions: SeriesConditions, stop: StopCheck): string[] {
  const found = new Set<number>();
  let hasAny = index.count > 0;
  if (conditions.takesEverything) {
    for (const label of index.children(ROOT_LABELS)) found.add(label);
  } else {
    const weights = new SetWeights(index, conditions);
    weights.forEachValue(stop, (_value, label) => found.add(label));
    hasAny = weights.count > 0;
  }
  const names = Array.from(found, (label) => index.labels.texts.of(label));
  return hasAny ? [NAME_LABEL, ...names] : names;
}

/** The values that a label has in the series that meet the conditions. */
function labelValues(
  index: SeriesIndex,
  label: string,
  conditions: SeriesConditions,
  stop: StopCheck,
): string[] {
  if (label === NAME_LABEL) {
    return index
      .metricsThat(conditions)
      .filter((metric) => index.hasAny(metric, conditions))
      .map(({ name }) => name);
  }
  const entry = index.labels.label(label);
  if (entry === 0) return [];
  const { texts } = index.labels;
  if (conditions.takesEverything) return Array.from(index.children(entry), (value) => texts.of(value));
  const found = new Set<number>();
  new SetWeights(index, conditions).forEachValue(stop, (value, of) => {
    if (of === entry) found.add(value);
  });
  return Array.from(found, (value) => texts.of(value));
}

/** GET /api/hosts */
export const hostsQuestion = defineQuestion(hostsPresenter, ({ series }) => (request, stop) => {
  const values = labelValues(series, 'host', new SeriesConditions(request.selectors), stop);
  return { names: searchNames(values, itself, request) };
});

/** GET /api/v1/labels */
export const labelsQuestion = defineQuestion(labelsPresenter, ({ series }) => (request, stop) => {
  const names = labelNames(series, new SeriesConditions(request.selectors), stop);
  return { names: searchNames(names, itself, request) };
});

/** GET /api/v1/label/{label}/values */
export const labelValuesQuestion = defineQuestion(labelValuesPresenter, ({ series }) => (request, stop) => {
  const { label, selectors } = request;
  const values = labelValues(series, label, new SeriesConditions(selectors), stop);
  const isKnown = label === NAME_LABEL || series.labels.label(label) !== 0;
  const names = searchNames(values, itself, request);
  if (isKnown) return { names, near: undefined };
  const all = Array.from(series.children(ROOT_LABELS), (entry) => series.labels.texts.of(entry));
  return { names, near: nearest(label, all, NEAR_NAMES_MAX) };
});
