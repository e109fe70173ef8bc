import { health } from './calls/health.js';
import { ingestPoint } from './calls/ingest-point.js';
import { operatorStats } from './calls/operator-stats.js';
import { raw } from './calls/raw.js';
import { current, latest, metrics, names, stats } from './calls/reading.js';
import { record } from './calls/record.js';
import type { Access, Handler } from './edge.js';
import { type Method, Router } from './router.js';

export interface Route {
  handler: Handler;
  access: Access;
}

/** Every HTTP call that is served. WebSocket paths are attached in server.ts. */
const ROUTES: readonly (readonly [Method, string, Access, Handler])[] = [
  ['GET', '/health', 'read', health],
  ['GET', '/api/v1/operator/stats', 'read', operatorStats],
  ['POST', '/api/v1/record', 'ingest', record],
  ['POST', '/metrics/ingest', 'ingest', ingestPoint],
  ['GET', '/metrics/names', 'read', names],
  ['GET', '/api/metrics', 'read', metrics],
  ['GET', '/api/metrics/{metric}/latest', 'read', latest],
  ['GET', '/query/raw', 'read', raw],
  ['GET', '/api/v1/metrics/current', 'read', current],
  ['GET', '/api/v1/stats/{metric}', 'read', stats],
];

export function createRouter(): Router<Route> {
  const router = new Router<Route>();
  for (const [method, pattern, access, handler] of ROUTES) router.add(method, pattern, { handler, access });
  return router;
}
