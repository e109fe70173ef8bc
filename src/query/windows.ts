import { DATA_SOURCES } from '../../native-free-core/query/data-source.js';
import { aggregatePresenter } from '../http/present/aggregate.js';
import { rollupPresenter } from '../http/present/rollup.js';
import type { WindowsRequest, WindowsResult } from '../http/present/windows.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import type { StopCheck } from './stop-check.js';

// Four arguments: what both calls have in common, and how far rows of one of them look back.
function windowsOf(
  tools: QueryTools,
  request: WindowsRequest,
  rollingMs: number,
  stop: StopCheck,
): WindowsResult {
  const { metric, selectors, nowMs } = request;
  const selection = tools.select(metric, selectors);
  const question = { ...request, rollingMs, prefersRaw: false };
  const { source, ...found } = tools.windows.run(question, selection, tools.horizons(metric, nowMs), stop);
  return { ...found, dataSource: DATA_SOURCES[source] };
}

/** GET /query/rollup */
export const rollupQuestion = defineQuestion(
  rollupPresenter,
  (tools) => (request, stop) => windowsOf(tools, request, request.stepMs, stop),
);

/** POST /api/v1/aggregate */
export const aggregateQuestion = defineQuestion(
  aggregatePresenter,
  (tools) => (request, stop) => windowsOf(tools, request, request.rollingMs, stop),
);
