import { parseDuration } from '../../time/duration.js';
import type { Call } from '../edge.js';
import { CURRENT_WINDOW_MS_DEFAULT, CURRENT_WINDOW_MS_MAX } from '../limits.js';
import { answerFormat } from '../media-types.js';
import {
  RANGE_PARAMETERS,
  readMetric,
  readPercentiles,
  readRange,
  readSelectors,
  SELECTOR_PARAMETERS,
} from '../read-parameters.js';
import { answerQuery } from './query-call.js';

/** The reading calls whose answer is one object: each reads its parameters and asks the query port. */

const format = (call: Call): 'json' | 'msgpack' =>
  answerFormat(call.exchange.accept, ['json', 'msgpack']) as 'json' | 'msgpack';

/** GET /metrics/names */
export function names(call: Call): Promise<void> {
  call.parameters.refuseOthers(SELECTOR_PARAMETERS);
  return answerQuery(call, {
    kind: 'names',
    format: format(call),
    selectors: readSelectors(call.parameters),
  });
}

/** GET /api/metrics */
export function metrics(call: Call): Promise<void> {
  call.parameters.refuseOthers(SELECTOR_PARAMETERS);
  return answerQuery(call, {
    kind: 'metrics',
    format: format(call),
    selectors: readSelectors(call.parameters),
  });
}

/** GET /api/metrics/{metric}/latest */
export function latest(call: Call): Promise<void> {
  const { parameters } = call;
  parameters.refuseOthers(SELECTOR_PARAMETERS);
  const target = readMetric(parameters, readSelectors(parameters), call.pathParameters[0]);
  return answerQuery(call, { kind: 'latest', format: format(call), ...target });
}

/** GET /api/v1/stats/{metric} */
export function stats(call: Call): Promise<void> {
  const { parameters } = call;
  parameters.refuseOthers([...RANGE_PARAMETERS, ...SELECTOR_PARAMETERS, 'percentiles']);
  const target = readMetric(parameters, readSelectors(parameters), call.pathParameters[0]);
  const range = readRange(parameters, call.edge.clock.nowMs());
  const percentiles = readPercentiles(parameters);
  return answerQuery(call, { kind: 'stats', format: format(call), ...target, ...range, percentiles });
}

/** GET /api/v1/metrics/current */
export function current(call: Call): Promise<void> {
  const { parameters } = call;
  parameters.refuseOthers([...SELECTOR_PARAMETERS, 'window']);
  const windowText = parameters.one('window')?.value ?? '60s';
  const wanted = `a duration from 1s to ${CURRENT_WINDOW_MS_MAX / 60_000}m, such as 60s or 5m`;
  const windowMs =
    parameters.parsed(['window'], wanted, (text) => {
      const ms = parseDuration(text);
      return ms >= 1000 && ms <= CURRENT_WINDOW_MS_MAX ? ms : undefined;
    }) ?? CURRENT_WINDOW_MS_DEFAULT;
  return answerQuery(call, {
    kind: 'current',
    format: format(call),
    selectors: readSelectors(parameters),
    nowMs: call.edge.clock.nowMs(),
    windowMs,
    windowText,
  });
}
