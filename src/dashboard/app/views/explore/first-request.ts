import { fetchSeries, type SeriesAnswer } from '../../api/series';
import { clockOffsetMs, nowMs } from '../../clock';
import { rangeOf, stepWidth, type TimeRange } from '../../state/range';
import { exploreStateOf } from './explore-state';
import { questionOf, type SeriesQuestion, type Span, spanOf } from './series-question';

/**
 * The first chart's data, asked for while the code that draws it is still on its way: a small script of its own (vite.config.mjs),
 * which needs the address and the window's width and nothing of the page. Whoever draws the chart takes the answer.
 */
export interface FirstRequest {
  span: Span;
  /** What was known of the engine's clock. */
  offsetMs: number;
  answer: Promise<SeriesAnswer>;
}

const keyOf = (question: SeriesQuestion, range: TimeRange, width: number): string =>
  JSON.stringify([question, range, width]);

let sent = send();

function send(): (FirstRequest & { key: string }) | undefined {
  if (!/^\/(dashboard\/?)?$/.test(location.pathname)) return undefined;
  const parameters = new URLSearchParams(location.search);
  const state = exploreStateOf(parameters);
  if (state.metric === '' || state.picture === 'heatmap') return undefined;
  const question = questionOf(state);
  const range = rangeOf(parameters);
  const width = stepWidth(innerWidth);
  const span = spanOf(range, width, nowMs());
  const answer = fetchSeries({ ...question, ...span });
  // Whoever takes it hears of a failure; if nobody does, nobody has to.
  answer.catch(() => {});
  return { key: keyOf(question, range, width), span, offsetMs: clockOffsetMs(), answer };
}

/** What was asked in advance, if it is what is wanted now; the first caller gets it. */
export function takeFirst(
  question: SeriesQuestion,
  range: TimeRange,
  width: number,
): FirstRequest | undefined {
  const taken = sent;
  sent = undefined;
  return taken?.key === keyOf(question, range, width) ? taken : undefined;
}
