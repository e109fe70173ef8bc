import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { LiveAggregate } from '../../../native-free-core/live/live-aggregate.js';
import { createLiveWindows } from '../../../native-free-core/live/live-windows-memory.js';
import { LIVE_OK, LiveWindowsReader } from '../../../native-free-core/live/live-windows-reader.js';
import {
  CLOCK_BATCHES,
  CLOCK_NOW,
  CLOCK_STOP,
  START_SECOND,
  type StressData,
} from './live-windows-threads.js';

const RUN_MS = 1_500;
/** Blocks of four seconds that are read: 11 whole ones before the present one, which stay in the ring for 14 s more. */
const BLOCKS_BACK = 11;

/** Straight from source a thread needs the loader that this process was started with. */
function startWorker(workerData: StressData): Worker {
  const source = import.meta.url.endsWith('.ts');
  if (!source)
    return new Worker(new URL('./live-windows-threads.worker.js', import.meta.url), { workerData });
  const url = new URL('./live-windows-threads.worker.ts', import.meta.url).href;
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(url)}); });`;
  return new Worker(code, { workerData, eval: true });
}

test('LiveWindowsReader never sees half a batch of a writer on another thread', async () => {
  const memory = createLiveWindows({ metricsMax: 3, pagesMax: 4_096 });
  const clock = new SharedArrayBuffer(12);
  const words = new Int32Array(clock);
  const workerData: StressData = { memory, clock, seed: 20_261_122 };
  const worker = startWorker(workerData);
  const failed = once(worker, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  const ended = once(worker, 'exit');
  const reader = new LiveWindowsReader(memory);
  const aggregate = new LiveAggregate();
  let whole = 0;
  let busy = 0;
  let points = 0;
  try {
    const startMs = performance.now();
    while (performance.now() - startMs < RUN_MS) {
      if (Atomics.load(words, CLOCK_BATCHES) === 0) await Promise.race([failed, new Promise(setImmediate)]);
      const present = Atomics.load(words, CLOCK_NOW);
      const fromMs = (Math.floor((START_SECOND + present) / 4) - BLOCKS_BACK) * 4_000;
      aggregate.clear();
      const status = reader.readInto(whole % 3, fromMs, fromMs + 60_000, aggregate);
      // Where this thread was put aside for so long that the writer's time ran out of the blocks, nothing is promised.
      if (Atomics.load(words, CLOCK_NOW) - present > 10) continue;
      if (status !== LIVE_OK) {
        busy++;
        assert.equal(aggregate.count, 0);
        continue;
      }
      whole++;
      points += aggregate.count;
      assert.equal(aggregate.sum, 0);
      assert.equal(aggregate.histogram.count, aggregate.count);
      if (aggregate.count > 0) assert.equal(aggregate.min, -aggregate.max);
    }
  } finally {
    Atomics.store(words, CLOCK_STOP, 1);
    await Promise.race([ended, failed]);
  }
  assert.ok(points > 0 && whole > 20, `only ${whole} whole reads of ${points} points, ${busy} busy`);
  assert.ok(words[CLOCK_NOW]! > 64 || words[CLOCK_BATCHES]! < 3_300, 'the ring went round');
});
