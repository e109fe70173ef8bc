import type { SeriesAnswer } from '../../api/series';
import type { ChartColumns } from '../../chart/line-chart';
import { countText, labelsText } from '../../ui/format';
import { BAND_PERCENTILES, type SeriesQuestion } from './series-question';

const collator = new Intl.Collator('en', { numeric: true });

/** The answer with its lines by name: the engine's order is that of the last values, by which colours would change all the time. */
export function inOrder(answer: SeriesAnswer): SeriesAnswer {
  const names = new Map(answer.series.map((each) => [each, labelsText(each.labels)]));
  const series = [...answer.series].sort((a, b) => collator.compare(names.get(a)!, names.get(b)!));
  return { ...answer, series };
}

/** The answer as the columns of a chart. */
export function columnsOf(answer: SeriesAnswer, { isBands }: SeriesQuestion): ChartColumns {
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
export function mergedText(answer: SeriesAnswer, question: SeriesQuestion): string {
  const merged = `${countText(answer.series_selected)} series`;
  const aggregation = question.aggregations[0]!;
  if (question.isBands) return `percentiles of all points of ${merged}`;
  if (question.groupBy.length === 0)
    return answer.series_selected === 1 ? 'one series' : `${aggregation} of ${merged}`;
  const drawn = answer.series.length;
  const all = answer.groups_total;
  const lines = drawn < all ? `${drawn} of ${countText(all)} lines, by last value` : countOf(all, 'line');
  return `${lines}, each the ${aggregation} of its series (${merged} in all)`;
}

const countOf = (count: number, noun: string): string =>
  `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
