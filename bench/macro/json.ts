import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { EngineProcess } from './engine-process.js';
import { machineLine } from './machine.js';

/**
 * JSON over HTTP: batches of 1,000 points to POST /api/v1/record, each durable when answered, by autocannon.
 *
 *   node dist/bench/macro/json.js [--seconds 10] [--connections 8] [--points 1000] [--series 1000] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '8' },
    points: { type: 'string', default: '1000' },
    series: { type: 'string', default: '1000' },
    smoke: { type: 'boolean', default: false },
  },
});

/** Bodies that differ, so that no cache of a whole body could help. */
const BODIES = 16;

function bodies(points: number, series: number): string[] {
  return Array.from({ length: BODIES }, (_, b) => {
    const now = Date.now() - 60_000;
    const data = Array.from({ length: points }, (_, i) => ({
      name: 'http.request.duration',
      value: (((b * points + i) * 7919) % 100_000) / 100,
      timestamp: new Date(now + i).toISOString(),
      labels: { host: `web-${(i * BODIES + b) % series}`, region: 'eu-west-1' },
    }));
    return JSON.stringify({ data });
  });
}

const points = flags.smoke ? 100 : Number(flags.points);
const duration = flags.smoke ? 1 : Number(flags.seconds);
console.log(machineLine());
const engine = await EngineProcess.start({ rehearses: true });
try {
  const all = bodies(points, Number(flags.series));
  const cpuBefore = engine.cpuSeconds();
  const result = await autocannon({
    url: `${engine.url}/api/v1/record`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    connections: Number(flags.connections),
    duration,
    requests: all.map((body) => ({ method: 'POST' as const, path: '/api/v1/record', body })),
  });
  const cpuSeconds = engine.cpuSeconds() - cpuBefore;
  const accepted = result['2xx'] * points;
  const stats = await engine.json<{ points_accepted: number; conservation: { difference: number } }>(
    '/api/v1/operator/stats',
  );
  if (stats.points_accepted < accepted || stats.conservation.difference !== 0)
    throw new Error('points are lost or doubled');
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  console.log(
    JSON.stringify({
      points: accepted,
      points_per_s: Math.round(accepted / result.duration),
      points_per_engine_cpu_s: Math.round(accepted / cpuSeconds),
      latency_p50_ms: result.latency.p50,
      latency_p99_ms: result.latency.p99,
    }),
  );
} finally {
  await engine.stop();
  engine.removeFolder();
}
