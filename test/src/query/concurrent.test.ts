import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  POINTS_SLOTS,
  pointsEntryBytes,
  pointsValuesOffset,
  seriesEntryBytes,
  TIMES_BASE,
} from '../../../native-free-core/entry/entry-layout.js';
import { writePointsHead, writeSeries } from '../../../native-free-core/entry/entry-writer.js';
import { RingProducer } from '../../../native-free-core/ring/ring-producer.js';
import { ShardMap } from '../../../native-free-core/series/refs.js';
import { SeriesKeyBuilder } from '../../../native-free-core/series/series-key-builder.js';
import { createSeriesIndexMemory } from '../../../native-free-core/series-index/series-index-memory.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { indexSizes } from '../../../src/indexer/index-sizes.js';
import { createLogger } from '../../../src/log.js';
import { QUERY_LIMITS_DEFAULT } from '../../../src/query/query-limits.js';
import { QueryPool } from '../../../src/query/query-pool.js';
import { createShardMemory } from '../../../src/shard/shard-memory.js';
import { SHARD_BOUNDS } from '../../../src/shard/shard-options.js';
import { ShardPool } from '../../../src/shard/shard-pool.js';
import { bodyOf, statsRequest } from './oracle.js';
import { startIndexer } from './start-indexer.js';

/** Enough for a flush of several steps: a step looks at 4,096. */
const SERIES = 6_000;
const BATCH = 6_000;
const RUN_MS = 4_000;
const never = new AbortController().signal;
const HASH_KEY = { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 };

const ring = (memory: SharedArrayBuffer): RingProducer => new RingProducer(memory);

function defineSeries(producer: RingProducer): void {
  const limits = { nameBytesMax: 64, labelNameBytesMax: 64, labelValueBytesMax: 64, labelsMax: 4 };
  const builder = new SeriesKeyBuilder(limits);
  for (let slot = 0; slot < SERIES; slot++) {
    const text = Buffer.from(`cpuhost${slot}`);
    builder.begin(text, 0, 3);
    builder.label(text, 3, 7, 7, text.length);
    assert.equal(builder.finish(), 'ok');
    const offset = producer.tryClaim(seriesEntryBytes(builder.length));
    writeSeries(producer.views, offset, slot, new Int32Array(4), builder.bytes.subarray(0, builder.length));
  }
  producer.publish();
}

/** A point of each series, all at one time; the values go on from `first`, each used once. False when there is no room. */
function tryWriteBatch(producer: RingProducer, first: number): boolean {
  const offset = producer.tryClaim(pointsEntryBytes(BATCH, TIMES_BASE));
  if (offset < 0) return false;
  const { u32, f64 } = producer.views;
  const head = { producer: 0, seq: 0, baseMs: 1.7e12 + first, arrivalMs: 1.7e12 };
  writePointsHead(producer.views, offset, BATCH, TIMES_BASE, head);
  for (let i = 0; i < BATCH; i++) {
    u32[((offset + POINTS_SLOTS) >> 2) + i] = (i * 7) % SERIES;
    f64[((offset + pointsValuesOffset(BATCH, TIMES_BASE)) >> 3) + i] = first + i;
  }
  producer.publish();
  return true;
}

it('QueryPool.run() sees each point once while a shard takes, flushes and frees them at full speed', async () => {
  const path = mkdtempSync(join(tmpdir(), 'millrace-concurrent-'));
  const map = new ShardMap(1);
  const memory = createShardMemory(map.groupCount(0), 100_000, 16 * 1024 * 1024);
  // A flush every 24,000 points or so: some hundred of them in the test's time.
  const bounds = { ...SHARD_BOUNDS, arenaBytesSoft: 3 * 1024 * 1024, arenaBytesPerSeries: 0 };
  const { retention } = loadConfig({ flags: {}, env: {}, file: undefined });
  const task = { shard: 0, shardCount: 1, path, session: 1, memory, bounds, retention, tierBytesMax: [] };
  const hooks = {
    onProgress: () => {},
    onRestart: assert.fail,
    onRunsAgain: () => assert.fail(),
    onStuck: () => {},
    onAnswer: assert.fail,
    commandsFromId: () => 1,
  };
  const shards = new ShardPool([task], hooks, createLogger('silent'));
  await shards.start();
  const producer = ring(memory.ring);
  const index = createSeriesIndexMemory(indexSizes(10_000), HASH_KEY);
  const data = { shardCount: 1, shardPaths: [path], memories: [memory], index };
  const indexer = startIndexer(data, path);
  const queries = new QueryPool(
    { ...data, retention, tierBytesMax: [], limits: QUERY_LIMITS_DEFAULT },
    { threads: 1, timeoutMs: 30_000 },
  );
  try {
    defineSeries(producer);
    let published = 0;
    let committed = 0;
    const positions: { position: number; points: number }[] = [];
    let isWriting = true;
    const writing = (async () => {
      while (isWriting) {
        while (positions.length > 0 && producer.isCommitted(positions[0]!.position))
          committed = positions.shift()!.points;
        for (let k = 0; k < 2 && tryWriteBatch(producer, published); k++) {
          published += BATCH;
          positions.push({ position: producer.publishedPosition, points: published });
        }
        await sleep(2);
      }
    })();
    const question = { metric: 'cpu', startMs: 0, endMs: 2 ** 52 };
    const endMs = performance.now() + RUN_MS;
    let seen = 0;
    for (let asked = 0; performance.now() < endMs; asked++) {
      const acknowledged = committed;
      // The shard may not have committed the series' definitions yet.
      if (acknowledged === 0) {
        await sleep(5);
        continue;
      }
      const body = bodyOf(await queries.run(statsRequest(question), never));
      const count: number = body['count'];
      assert.ok(
        count >= acknowledged && count >= seen && count <= published,
        `${count} of ${acknowledged}..${published}`,
      );
      // A series gets a point of each batch, BATCH apart in value: as many as lie between its first and its last.
      const one = bodyOf(
        await queries.run(
          statsRequest({ ...question, selectors: [{ label: 'host', op: '=', value: `${asked % SERIES}` }] }),
          never,
        ),
      );
      assert.equal(
        one['max'] - one['min'],
        (one['count'] - 1) * BATCH,
        'a point of the series is missing or there twice',
      );
      seen = count;
    }
    isWriting = false;
    await writing;
    while (!producer.isCommitted(producer.publishedPosition)) await sleep(5);
    const body = bodyOf(await queries.run(statsRequest(question), never));
    assert.equal(body['count'], published);
    assert.equal(body['sum'], (published * (published - 1)) / 2);
    assert.ok(published > 100_000, `only ${published} points were written`);
  } finally {
    await queries.close();
    await indexer.stop();
    producer.requestStop();
    await shards.stop();
    rmSync(path, { recursive: true, force: true });
  }
});
