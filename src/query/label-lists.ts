import { ROOT_LABELS } from '../../native-free-core/series-index/series-index-layout.js';
import { nearest } from '../http/nearest.js';
import { hostsPresenter } from '../http/present/hosts.js';
import { labelValuesPresenter } from '../http/present/label-values.js';
import { labelsPresenter } from '../http/present/labels.js';
import type { ListRequest } from '../http/present/name-list.js';
import { NAME_LABEL } from '../http/selector/selector-parser.js';
import type { EntryTexts } from './entry-texts.js';
import type { IndexedMetric } from './indexed-metric.js';
import { SeriesConditions } from './label-matcher.js';
import { NEAR_NAMES_MAX, TEXTS_AT_ONCE } from './limits.js';
import { searchNames } from './name-search.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import { SetWeights } from './set-weights.js';
import type { StopCheck } from './stop-check.js';

const itself = (name: string): string => name;

/** What series must meet: one of these. */
const choicesOf = ({ selectors, anyOf = [] }: ListRequest): SeriesConditions[] =>
  anyOf.length === 0
    ? [new SeriesConditions(selectors)]
    : anyOf.map((each) => new SeriesConditions([...selectors, ...each]));

/** Takes what the series that are meant have: entries of values with those of their labels, and names of metrics. */
interface ListVisitor {
  /** Undefined where labels are not asked for. */
  onValue?: (value: number, label: number) => void;
  onMetric?: (metric: IndexedMetric) => void;
}

function visitSeries(tools: QueryTools, request: ListRequest, stop: StopCheck, to: ListVisitor): void {
  const { series: index } = tools;
  const { onValue, onMetric } = to;
  for (const conditions of choicesOf(request)) {
    stop.check();
    let weights: SetWeights | undefined;
    if (request.alive !== undefined) {
      const found = SetWeights.alive(tools, conditions, request.alive, stop);
      weights = found.weights;
      if (onMetric !== undefined) found.metrics.forEach(onMetric);
    } else {
      if (onMetric !== undefined) {
        index
          .metricsThat(conditions)
          .filter((metric) => index.hasAny(metric, conditions))
          .forEach(onMetric);
      }
      if (onValue !== undefined) weights = SetWeights.of(index, conditions);
    }
    if (onValue !== undefined) weights?.forEachValue(stop, (value, label) => onValue(value, label));
  }
}

/** Whether every series there is is meant, so that the index says all without a look at them. */
const takesEverything = (request: ListRequest): boolean =>
  request.alive === undefined && choicesOf(request).some((conditions) => conditions.takesEverything);

/** The names of the labels that series have which are meant; that of the metric is one of them. */
function labelNames(tools: QueryTools, request: ListRequest, stop: StopCheck): string[] {
  const { series: index } = tools;
  const found = new Set<number>();
  let hasAny = index.count > 0;
  if (takesEverything(request)) {
    for (const label of index.children(ROOT_LABELS)) found.add(label);
  } else {
    hasAny = false;
    visitSeries(tools, request, stop, {
      onValue: (_value, label) => found.add(label),
      onMetric: () => {
        hasAny = true;
      },
    });
  }
  // A series may have a label of that name besides; the list has it once.
  const names = new Set(Array.from(found, (label) => index.labels.texts.of(label)));
  if (hasAny) names.add(NAME_LABEL);
  return [...names];
}

/** The values that a label has in the series that are meant. */
function labelValues(tools: QueryTools, label: string, request: ListRequest, stop: StopCheck): string[] {
  const { series: index } = tools;
  const names = new Set<string>();
  if (label === NAME_LABEL) {
    visitSeries(tools, request, stop, { onMetric: ({ name }) => names.add(name) });
    return [...names];
  }
  const entry = index.labels.label(label);
  if (entry === 0) return [];
  const { texts } = index.labels;
  if (takesEverything(request)) return textsOf(index.children(entry), texts, stop);
  const found = new Set<number>();
  visitSeries(tools, request, stop, {
    onValue: (value, of) => of === entry && found.add(value),
  });
  return textsOf(found, texts, stop);
}

function textsOf(entries: Iterable<number>, texts: EntryTexts, stop: StopCheck): string[] {
  const found: string[] = [];
  for (const entry of entries) {
    if (found.length % TEXTS_AT_ONCE === 0) stop.check();
    found.push(texts.of(entry));
  }
  return found;
}

/** GET /api/hosts */
export const hostsQuestion = defineQuestion(hostsPresenter, (tools) => (request, stop) => {
  return { names: searchNames(labelValues(tools, 'host', request, stop), itself, request, stop) };
});

/** GET /api/v1/labels */
export const labelsQuestion = defineQuestion(labelsPresenter, (tools) => (request, stop) => {
  return { names: searchNames(labelNames(tools, request, stop), itself, request, stop) };
});

/** GET /api/v1/label/{label}/values */
export const labelValuesQuestion = defineQuestion(labelValuesPresenter, (tools) => (request, stop) => {
  const { series } = tools;
  const { label } = request;
  const values = labelValues(tools, label, request, stop);
  const isKnown = label === NAME_LABEL || series.labels.label(label) !== 0;
  const names = searchNames(values, itself, request, stop);
  if (isKnown) return { names, near: undefined };
  const all = Array.from(series.children(ROOT_LABELS), (entry) => series.labels.texts.of(entry));
  return { names, near: nearest(label, all, NEAR_NAMES_MAX, () => stop.check()) };
});
