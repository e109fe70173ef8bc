import { EventOutlet } from '../../live/event-outlet.js';
import { EVENT_BEAT_MS } from '../../live/limits.js';
import { Reader } from '../../live/reader.js';
import { LIVE_STATS, LIVE_WINDOW, questionOf } from '../../live/subscription.js';
import { defineCall } from '../call/call.js';
import { queryParameter } from '../parameter/parameter.js';
import { SELECTORS } from '../parameter/selectors.js';
import { LABEL_NAMES, METRIC_NAME } from '../schema/vocabulary.js';

const EVENT_STREAM = 'text/event-stream';

/** GET /api/v1/stream: what /ws/stream tells, as server-sent events. */
export const streamCall = defineCall({
  method: 'GET',
  path: '/api/v1/stream',
  access: 'read',
  group: 'Live',
  summary: 'Live data as server-sent events',
  description:
    'With `window`, an event `window` for each window as it closes, and up to ten times a second for the open one; without, an event `point` for each point. The data of an event are those of the messages of WS /ws/stream. A reader that does not keep up gets the newest, with the number of points `missed`.',
  parameters: {
    metric: queryParameter(
      'metric_name',
      METRIC_NAME.optional().meta({ description: 'The metric; `match` may name it instead.' }),
      'metric',
    ),
    selectors: SELECTORS,
    window: queryParameter('window', LIVE_WINDOW.optional()),
    stats: queryParameter('stats', LIVE_STATS.optional()),
    groupBy: queryParameter('group_by', LABEL_NAMES.optional()),
  },
  answer: { contentType: EVENT_STREAM },
  handler: ({ exchange, edge, values }) => {
    const { metric, selectors, window, stats, groupBy } = values;
    const question = questionOf({ metric, selectors, windowMs: window?.ms, stats, groupBy });
    if (exchange.method === 'HEAD') return exchange.answer(200, EVENT_STREAM, '');
    const disconnect = edge.live.connect();
    exchange.onEnd(disconnect);
    const event = question.kind === 'points' ? 'point' : 'window';
    const outlet: EventOutlet = new EventOutlet(exchange, event, () => reader.onRoom());
    const reader = new Reader(outlet, edge.live.counters);
    const leave = edge.live.listen(question, reader);
    exchange.startStream(200, EVENT_STREAM);
    outlet.beat();
    const timer = setInterval(() => outlet.beat(), EVENT_BEAT_MS);
    exchange.onEnd(() => {
      clearInterval(timer);
      leave();
    });
  },
});
