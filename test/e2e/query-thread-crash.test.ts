import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorStats } from '../../src/operator/operator-report.js';
import { checkSound } from '../src/upkeep/check-sound.js';
import { freePort } from './free-port.js';
import { Inspector, startInspected } from './inspector.js';
import { NumberedLoad } from './numbered-load.js';

const CRASHES = 3;
const CLIENTS = 4;
/** As `endThread` counts: before it come two shards and the live thread. */
const QUERY_THREAD = 3;

test(`a query thread that dies ${CRASHES} times under load fails what it works on, and nothing else`, async (t) => {
  const inspectorPort = await freePort();
  const engine = await startInspected(inspectorPort);
  t.after(async () => {
    await engine.stop('SIGKILL');
    engine.removeFolder();
  });
  const inspector = await Inspector.attach(inspectorPort);
  const load = new NumberedLoad(t, engine.port, 'query.crash');
  await sleep(300);

  // Each on a connection of its own: one that is kept is closed by the engine after ten idle seconds, which on a machine with more
  // work than it can do pass between two requests, and the second goes into nowhere.
  const ask = (path: string): Promise<Response> =>
    fetch(engine.url + path, { headers: { connection: 'close' } });
  const stats = async (): Promise<OperatorStats> =>
    (await (await ask('/api/v1/operator/stats')).json()) as OperatorStats;
  let isAsking = true;
  const lost: { retryAfter: string | null; code: string }[] = [];
  let answered = 0;
  const clients = Array.from({ length: CLIENTS }, async (_, i) => {
    while (isAsking) {
      // Two of the clients ask the same.
      const path = `/api/v1/stats/query.crash?start=1h&percentiles=${Math.floor(i / 2)}`;
      const answer = await ask(path);
      const body = (await answer.json()) as { code: string; detail: string };
      if (answer.status === 200) answered++;
      else {
        assert.equal(answer.status, 503, JSON.stringify(body));
        lost.push({ retryAfter: answer.headers.get('retry-after'), code: body.code });
      }
    }
  });
  const queries = async (): Promise<OperatorStats['queries']> => (await stats()).queries;
  for (let crash = 1; crash <= CRASHES; crash++) {
    // The thread that replaces another is the one that was started last.
    await inspector.endThread(crash === 1 ? QUERY_THREAD : 0);
    const before = answered;
    const deadline = Date.now() + 20_000;
    while ((await queries()).threads_lost < crash || answered < before + 2 * CLIENTS) {
      assert.ok(Date.now() < deadline, JSON.stringify(await queries()));
      assert.equal((await ask('/health')).status, 200);
      await sleep(20);
    }
  }
  isAsking = false;
  await Promise.all(clients);
  inspector.close();
  assert.ok(lost.length > 0);
  for (const each of lost) assert.deepEqual(each, { retryAfter: '1', code: 'MR_QUERY_LOST' });
  const { in_flight, waiting, threads, threads_lost } = await queries();
  assert.deepEqual(
    { in_flight, waiting, threads, threads_lost },
    { in_flight: 0, waiting: 0, threads: 1, threads_lost: CRASHES },
  );
  const { shards } = await stats();
  assert.deepEqual(
    shards.map(({ restarts }) => restarts),
    [0, 0],
  );
  await load.finish(engine);
  t.diagnostic(`${answered} answered, ${lost.length} lost, ${load.sent} points`);
  await engine.stop();
  await checkSound(engine.folder);
});
