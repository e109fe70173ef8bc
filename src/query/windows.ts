import { DATA_SOURCES } from '../../native-free-core/query/data-source.js';
import { aggregatePresenter } from '../http/present/aggregate.js';
import { rollupPresenter } from '../http/present/rollup.js';
import type { WindowsRequest, WindowsResult } from '../http/present/windows.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import type { StopCheck } from './stop-check.js';
import { type TopFound, topWindows } from './top-windows.js';
import type { WindowsFound } from './window-query.js';

// Four arguments: what both calls have in common, and how far rows of one of them look back.
function windowsOf(
  tools: QueryTools,
  request: WindowsRequest,
  rollingMs: number,
  stop: StopCheck,
): WindowsResult {
  const { metric, names, selectors, nowMs } = request;
  const { selection, horizonMs } =
    names === undefined
      ? { selection: tools.select(metric, selectors), horizonMs: tools.horizons(metric, nowMs) }
      : tools.selectSeveral(names, selectors, nowMs);
  // Member by member, here and below: copies of whole objects are a good part of a small question's time.
  const { startMs, endMs, stepMs, aggregations, groupBy, source, isFilled } = request;
  const question = {
    startMs,
    endMs,
    stepMs,
    aggregations,
    groupBy,
    source,
    isFilled,
    rollingMs,
    prefersRaw: false,
  };
  const { found, groupsTotal } =
    request.top === undefined
      ? allWindows(tools.windows.run(question, selection, horizonMs, stop))
      : topWindows(tools.windows, { question, selection, horizonMs, top: request.top }, stop);
  return {
    dataSource: DATA_SOURCES[found.source],
    groups: found.groups,
    firstMs: found.firstMs,
    stepMs: found.stepMs,
    count: found.count,
    columns: found.columns,
    series: found.series,
    groupsTotal,
  };
}

const allWindows = (found: WindowsFound): TopFound => ({ found, groupsTotal: found.groups.length });

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
