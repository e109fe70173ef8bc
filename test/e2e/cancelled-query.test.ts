import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { createProducer } from '../../src/client/node.js';
import type { OperatorStats } from '../../src/operator/operator-report.js';

const SERIES = 10_000;
const ROUNDS = 100;
const POINTS = SERIES * ROUNDS;
const QUERIES = 6;

test('queries whose clients go away stop, and those that still wait never begin', async (t) => {
  const engine = await EngineProcess.start({ flags: ['--query-threads', '1'] });
  t.after(async () => {
    await engine.stop('SIGKILL');
    engine.removeFolder();
  });
  const producer = createProducer({ url: `${engine.url.replace('http', 'ws')}/ws/ingest`, producer: 'load' });
  const refs = Uint32Array.from({ length: SERIES }, (_, i) => producer.series('m', { host: `h${i}` }));
  const values = Float64Array.from(refs, (ref) => ref);
  const startMs = Date.now() - 3_000_000;
  for (let round = 0; round < ROUNDS; round++) {
    while (!producer.addColumns(refs, values, { baseMs: startMs + round * 1_000 })) await producer.ready();
  }
  await producer.flush();
  await producer.close();
  const queries = async (): Promise<OperatorStats['queries']> =>
    (await engine.json<OperatorStats>('/api/v1/operator/stats')).queries;
  const path = (i: number): string => `/api/v1/stats/m?source=metrics&percentiles=${i}`;
  // The first builds the index; then there is only the scan.
  assert.equal((await engine.json<{ count: number }>(path(0))).count, POINTS);
  const before = await queries();

  const gone = new AbortController();
  const asked = Array.from({ length: QUERIES }, (_, i) => {
    return fetch(engine.url + path(i + 1), { signal: gone.signal }).catch(() => undefined);
  });
  // One runs and some wait; on a busy machine the first may have ended before all are there.
  for (let look = 0; look < 1_000 && (await queries()).in_flight < 4; look++) await sleep(1);
  gone.abort();
  await Promise.all(asked);
  let after = await queries();
  while (after.in_flight > 0) {
    await sleep(5);
    after = await queries();
  }
  assert.equal(after.cancelled - before.cancelled + (after.answered - before.answered), QUERIES);
  assert.ok(after.cancelled - before.cancelled >= QUERIES - 2, `${after.cancelled} were cancelled`);
  const decoded = after.points_decoded - before.points_decoded;
  assert.ok(decoded < 3 * POINTS, `${decoded} points were decoded for nobody`);
});
