import { getJson } from '../../api/client';
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

let sent: (FirstRequest & { key: string }) | undefined;
let firstName: Promise<string | undefined> | undefined;
begin();

function begin(): void {
  if (!/^\/(dashboard\/?)?$/.test(location.pathname)) return;
  const parameters = new URLSearchParams(location.search);
  if (exploreStateOf(parameters).metric !== '') sent = send(parameters);
  else {
    firstName = fetchFirstName().then((name) => {
      if (name !== undefined) {
        parameters.set('metric', name);
        sent = send(parameters);
      }
      return name;
    });
    firstName.catch(() => {});
  }
}

/** The name of the first metric that there is, which is shown where the address names none. */
async function fetchFirstName(signal?: AbortSignal): Promise<string | undefined> {
  const { metrics } = await getJson<{ metrics: string[] }>('/metrics/names', { limit: 1 }, signal);
  return metrics[0];
}

/** The first metric's name: the first time what was asked in advance, with its chart behind it. */
export function firstMetric(signal: AbortSignal): Promise<string | undefined> {
  const taken = firstName;
  firstName = undefined;
  return taken ?? fetchFirstName(signal);
}

function send(parameters: URLSearchParams): (FirstRequest & { key: string }) | undefined {
  const state = exploreStateOf(parameters);
  if (state.picture === 'heatmap') return undefined;
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
