import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { seededRandom } from '../../bench/macro/tsbs.js';
import { createProducer } from '../../src/client/node.js';
import { checkSound } from '../src/upkeep/check-sound.js';

const ROUNDS = Number(process.env['MILLRACE_KILL_ROUNDS'] ?? 20);
const SERIES = 50;
const BATCH = 500;

/** Every point has a value of its own, so that one that is lost and one that is doubled can be told. */
async function storedIds(
  engine: EngineProcess,
  metric: string,
  fromMs: number,
  ids: number,
): Promise<Uint8Array> {
  const seen = new Uint8Array(ids);
  const url = `${engine.url}/query/raw?metric_name=${metric}&start_time=${fromMs}&end_time=${Date.now() + 60_000}`;
  const response = await fetch(url, { headers: { accept: 'application/x-ndjson' } });
  assert.equal(response.status, 200);
  for (const line of (await response.text()).split('\n')) {
    if (line === '') continue;
    const { value } = JSON.parse(line) as { value: number };
    assert.ok(
      Number.isInteger(value) && value >= 0 && value < ids,
      `a point with value ${value} was never sent`,
    );
    seen[value]!++;
  }
  return seen;
}

for (const workers of ['1', '3']) {
  test(`an engine of ${workers} shards keeps every acknowledged point once over ${ROUNDS} rounds of kill -9`, async (t) => {
    const random = seededRandom(Number(process.env['MILLRACE_KILL_SEED'] ?? 1) + Number(workers));
    const startMs = Date.now();
    let engine = await EngineProcess.start({ flags: ['--workers', workers] });
    const { folder, port } = engine;
    t.after(async () => {
      await engine.stop('SIGKILL');
      engine.removeFolder();
    });
    const producer = createProducer({
      url: `ws://127.0.0.1:${port}/ws/ingest`,
      producer: 'kill-nine',
      flushIntervalMs: 5,
      maxBatchPoints: BATCH,
      maxBufferedBytes: 4 * 1024 * 1024,
      backoffMinMs: 10,
      backoffMaxMs: 50,
    });
    const refs = Array.from({ length: SERIES }, (_, i) =>
      producer.series('kill.test', { series: String(i) }),
    );
    let sent = 0;
    let isSending = true;
    const sending = (async () => {
      while (isSending) {
        for (let i = 0; i < BATCH; i++) {
          if (producer.add(refs[sent % SERIES]!, sent, startMs + (sent % 60_000))) sent++;
          else await producer.ready();
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    for (let round = 0; round < ROUNDS; round++) {
      await new Promise((resolve) => setTimeout(resolve, 30 + random() * 200));
      await engine.stop('SIGKILL');
      engine = await EngineProcess.start({ folder, flags: ['--port', String(port)] });
    }
    isSending = false;
    await sending;
    await producer.flush();
    const stats = producer.stats();
    await producer.close();
    assert.equal(
      stats.pointsAccepted + stats.pointsResumed,
      sent,
      'the producer counts every point as settled once',
    );
    assert.ok(sent > ROUNDS * BATCH, `only ${sent} points were sent: the rounds met no load`);

    const seen = await storedIds(engine, 'kill.test', startMs - 1_000, sent);
    const lost = seen.reduce((n, count) => n + (count === 0 ? 1 : 0), 0);
    const doubled = seen.reduce((n, count) => n + (count > 1 ? 1 : 0), 0);
    assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 });
    const { conservation } = await engine.json<{ conservation: { difference: number } }>(
      '/api/v1/operator/stats',
    );
    assert.equal(conservation.difference, 0);
    // As it is in the middle of its work, and as a stop leaves it.
    await engine.stop('SIGKILL');
    await checkSound(folder);
    engine = await EngineProcess.start({ folder, flags: ['--port', String(port)] });
    await engine.stop();
    await checkSound(folder);
    t.diagnostic(`${sent} points, ${stats.reconnects} reconnects, ${stats.pointsResent} sent again`);
  });
}
