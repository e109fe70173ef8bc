import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { it } from 'node:test';
import { createSeriesIndexMemory } from '../../../native-free-core/series-index/series-index-memory.js';
import { LivePool } from '../../../src/live/live-pool.js';
import type { LiveNews } from '../../../src/live/live-task.js';
import { createLogger } from '../../../src/log.js';

const NO_SHARDS = {
  shardCount: 0,
  shardPaths: [],
  memories: [],
  index: createSeriesIndexMemory(
    { rowsMax: 1_024, heapBytes: 1024 * 1024 },
    { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 },
  ),
};

it('LivePool starts its thread again when it has failed, and ends it when it is told to', async () => {
  const events = new EventEmitter();
  const pool = new LivePool(
    NO_SHARDS,
    {
      onNews: (news) => events.emit('news', news),
      onRestart: () => events.emit('restart'),
    },
    createLogger('silent'),
  );
  await pool.start();
  for (let i = 0; i < 2; i++) {
    const restarted = once(events, 'restart');
    // No order: the thread fails by it.
    pool.send(null as never);
    await restarted;
  }
  const told = once(events, 'news');
  pool.send({ op: 'open', feed: 7, question: { kind: 'points', metric: 'm', selectors: [] } });
  const [news] = (await told) as [LiveNews[]];
  assert.ok(
    news.some((each) => each.kind === 'failed' && each.feed === 7),
    'without shards a feed fails, and the thread goes on',
  );
  await pool.stop();
});
