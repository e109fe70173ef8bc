import type { Call } from './call/call.js';
import { aggregateCall } from './calls/aggregate.js';
import { anomaliesCall } from './calls/anomalies.js';
import { backfillImportCall } from './calls/backfill-import.js';
import { cardinalityCall } from './calls/cardinality.js';
import { chartCall } from './calls/chart.js';
import { currentCall } from './calls/current.js';
import { dashboardCalls } from './calls/dashboard.js';
import { databaseStatusCall } from './calls/database-status.js';
import { deleteSeriesCall } from './calls/delete-series.js';
import { docsCalls } from './calls/docs.js';
import { healthCall } from './calls/health.js';
import { heatmapCall } from './calls/heatmap.js';
import { hostsCall } from './calls/hosts.js';
import { ingestPointCall } from './calls/ingest-point.js';
import { labelsCall, labelValuesCall } from './calls/labels.js';
import { latestCall } from './calls/latest.js';
import { metricsCall } from './calls/metrics.js';
import { metricsTextCall } from './calls/metrics-text.js';
import { namesCall } from './calls/names.js';
import { openApiCall } from './calls/openapi.js';
import { operatorStatsCall } from './calls/operator-stats.js';
import { rawCall } from './calls/raw.js';
import { recordCall } from './calls/record.js';
import { retentionSweepCall } from './calls/retention-sweep.js';
import { rollupCall } from './calls/rollup.js';
import { rollupsStatusCall } from './calls/rollups-status.js';
import { rollupsTriggerCall } from './calls/rollups-trigger.js';
import { snapshotCall, snapshotDeleteCall, snapshotListCall } from './calls/snapshot.js';
import { statisticsCall } from './calls/statistics.js';
import { statsCall } from './calls/stats.js';
import { streamCall } from './calls/stream.js';
import { summaryCall } from './calls/summary.js';
import { trendsCall } from './calls/trends.js';
import { Router } from './router.js';

/** Every HTTP call that is served. WebSocket paths are attached in server.ts. */
export const CALLS: readonly Call[] = [
  healthCall,
  operatorStatsCall,
  metricsTextCall,
  databaseStatusCall,
  summaryCall,
  snapshotCall,
  snapshotListCall,
  snapshotDeleteCall,
  recordCall,
  ingestPointCall,
  backfillImportCall,
  namesCall,
  metricsCall,
  hostsCall,
  labelsCall,
  labelValuesCall,
  cardinalityCall,
  latestCall,
  rawCall,
  currentCall,
  statsCall,
  statisticsCall,
  trendsCall,
  anomaliesCall,
  rollupCall,
  aggregateCall,
  heatmapCall,
  chartCall,
  rollupsStatusCall,
  rollupsTriggerCall,
  retentionSweepCall,
  streamCall,
  deleteSeriesCall,
  openApiCall,
  ...docsCalls,
  ...dashboardCalls,
];

/** Those that read points and nothing else. */
export const READING_CALLS: readonly Call[] = CALLS.filter((call) => call !== summaryCall).filter(
  ({ group }) => group === 'Names' || group === 'Reading',
);

export function createRouter(calls: readonly Call[] = CALLS): Router<Call> {
  const router = new Router<Call>();
  for (const call of calls) router.add(call.method, call.path, call);
  return router;
}
