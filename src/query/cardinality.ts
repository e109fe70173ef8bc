import { byText } from '../http/present/by-text.js';
import type { CardinalityRequest, CardinalityResult, SeriesGrowth } from '../http/present/cardinality.js';
import { cardinalityPresenter } from '../http/present/cardinality.js';
import type { EntryTexts } from './entry-texts.js';
import { SeriesConditions } from './label-matcher.js';
import { LargestList } from './largest-list.js';
import { TEXTS_AT_ONCE } from './limits.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import { Selection } from './selection.js';
import { SetWeights } from './set-weights.js';
import type { StopCheck } from './stop-check.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Counted {
  series: number;
  name: string;
}

/** The first `limit` by series, the most first; of equals by name. */
function largest<T extends Counted>(items: Iterable<T>, limit: number, stop: StopCheck): T[] {
  let steps = 0;
  const list = new LargestList<T>(limit, (a, b) => {
    if (++steps % TEXTS_AT_ONCE === 0) stop.check();
    return b.series - a.series || byText(a.name, b.name);
  });
  for (const item of items) list.add(item);
  return list.take();
}

/** A value and how many series have it. Its text is read once, when it is held against another of as many series. */
class CountedValue implements Counted {
  readonly series: number;
  readonly #entry: number;
  readonly #texts: EntryTexts;
  #name: string | undefined;

  constructor(series: number, entry: number, texts: EntryTexts) {
    this.series = series;
    this.#entry = entry;
    this.#texts = texts;
  }

  get name(): string {
    this.#name ??= this.#texts.of(this.#entry);
    return this.#name;
  }
}

function* countedValues(counts: ReadonlyMap<number, number>, texts: EntryTexts): Iterable<CountedValue> {
  for (const [entry, series] of counts) yield new CountedValue(series, entry, texts);
}

/** Series by metric, and how many of them are new. Those without a point count, and are not new. */
function metricsOf(
  { views, series, lines }: QueryTools,
  request: CardinalityRequest,
  stop: StopCheck,
): (SeriesGrowth & Counted)[] {
  const conditions = new SeriesConditions(request.selectors);
  const metrics = series.metricsThat(conditions);
  const selection = new Selection(Number.POSITIVE_INFINITY);
  for (const view of views) selection.add(view, view.index.selectAll(metrics, conditions));
  const found: (SeriesGrowth & Counted)[] = series.metrics.map(({ name }) => {
    return { name, series: 0, lastHour: 0, lastDay: 0 };
  });
  for (const { view, ids } of selection.shards) {
    for (let i = 0; i < ids.length; i++) found[view.index.metricOrderOf(ids.items[i]!)]!.series++;
  }
  const { nowMs } = request;
  lines.scan(selection, stop, (_ordinal, columns, at, id) => {
    const oldestMs = columns.oldestMs[at]!;
    if (oldestMs < nowMs - DAY_MS) return;
    const metric = found[series.metricAt(id).order]!;
    metric.lastDay++;
    if (oldestMs >= nowMs - HOUR_MS) metric.lastHour++;
  });
  return found.filter((metric) => metric.series > 0);
}

/** Series by the values of all labels. */
function valuesOf(weights: SetWeights, stop: StopCheck): Map<number, Map<number, number>> {
  const labels = new Map<number, Map<number, number>>();
  let lastLabel = 0;
  let values = new Map<number, number>();
  weights.forEachValue(stop, (value, label, series) => {
    if (label !== lastLabel) {
      values = labels.get(label) ?? new Map<number, number>();
      labels.set(label, values);
      lastLabel = label;
    }
    values.set(value, (values.get(value) ?? 0) + series);
  });
  return labels;
}

function cardinalityOf(tools: QueryTools, request: CardinalityRequest, stop: StopCheck): CardinalityResult {
  const index = tools.series;
  const { texts } = index.labels;
  const { limit } = request;
  const metrics = metricsOf(tools, request, stop);
  const weights = SetWeights.of(index, new SeriesConditions(request.selectors));
  const byLabel = valuesOf(weights, stop);
  const labels: (Counted & { values: number })[] = [];
  const values: (Counted & { label: string; value: string })[] = [];
  for (const [label, counts] of byLabel) {
    const name = texts.of(label);
    let series = 0;
    for (const count of counts.values()) series += count;
    labels.push({ name, values: counts.size, series });
    // The largest of all labels are among the largest of each.
    for (const { name: value, series } of largest(countedValues(counts, texts), limit, stop)) {
      values.push({ name: `${name}=${value}`, label: name, value, series });
    }
  }
  const sum = (of: (metric: SeriesGrowth) => number): number => metrics.reduce((all, m) => all + of(m), 0);
  return {
    all: { series: sum((m) => m.series), lastHour: sum((m) => m.lastHour), lastDay: sum((m) => m.lastDay) },
    metricCount: metrics.length,
    labelCount: labels.length,
    labelSetCount: weights.count,
    metrics: largest(metrics, limit, stop).map(({ name, ...growth }) => ({ metric: name, ...growth })),
    labels: largest(labels, limit, stop).map(({ name, values: count, series }) => ({
      label: name,
      values: count,
      series,
    })),
    labelValues: largest(values, limit, stop).map(({ label, value, series }) => ({ label, value, series })),
  };
}

/** GET /api/v1/cardinality */
export const cardinalityQuestion = defineQuestion(
  cardinalityPresenter,
  (tools) => (request, stop) => cardinalityOf(tools, request, stop),
);
