import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fence } from '../../../native-free-core/fence.js';
import { chainCount, copyChain } from '../../../native-free-core/head/head-chain.js';
import {
  WORD_GENERATION,
  WORD_READY,
  WORD_RELEASED,
  WORD_SEQUENCE,
} from '../../../native-free-core/head/head-layout.js';
import { HeadViews } from '../../../native-free-core/head/head-memory.js';
import { runThread } from '../ring/threads.js';
import { smallBuffers, spanOf } from './heads.js';

const SLOTS = 16;
const POINTS_MAX = 1 << 16;

/** What one look at the state found, if the writer left it alone meanwhile. */
interface Look {
  isWhole: boolean;
  generation: number;
  counts: number[];
  chains: { times: Float64Array; values: Float64Array }[];
  closedCounts: number[];
  newest: number[];
}

/** Reads everything between two looks at SEQUENCE, as the essay of head-chain.ts says. */
function look(views: HeadViews): Look {
  const { control } = views;
  const found: Look = { isWhole: false, generation: 0, counts: [], chains: [], closedCounts: [], newest: [] };
  const before = Atomics.load(control, WORD_SEQUENCE);
  if ((before & 1) === 1 || Atomics.load(control, WORD_READY) === 0) return found;
  const generation = Atomics.load(control, WORD_GENERATION);
  const released = Atomics.load(control, WORD_RELEASED);
  found.generation = generation;
  for (let slot = 0; slot < SLOTS; slot++) {
    const count = Math.min(POINTS_MAX, chainCount(views, slot, generation));
    const closed =
      released < generation - 1 ? Math.min(POINTS_MAX, chainCount(views, slot, generation - 1)) : 0;
    const times = new Float64Array(count + closed);
    const values = new Float64Array(count + closed);
    const fromClosed = copyChain(views, slot, generation - 1, closed, times, values, 0);
    const fromOpen = copyChain(views, slot, generation, count, times, values, fromClosed);
    found.counts.push(fromOpen);
    found.closedCounts.push(fromClosed);
    found.chains.push({ times, values });
    found.newest.push(spanOf(views, slot)?.[2] ?? -1);
  }
  fence();
  found.isWhole = Atomics.load(control, WORD_SEQUENCE) === before;
  return found;
}

/** The first thing that is wrong with a look that was whole. */
function fault({ counts, closedCounts, chains, newest }: Look): string | undefined {
  if (new Set(counts).size > 1) return `slots have ${counts} points`;
  if (new Set(closedCounts).size > 1) return `slots have ${closedCounts} closed points`;
  if (new Set(newest).size > 1) return `slots end at ${newest}`;
  for (const { times, values } of chains) {
    const first = values[0];
    if (first === undefined) continue;
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== first + i || times[i] !== first + i + 1_000)
        return `point ${i} is (${times[i]}, ${values[i]})`;
    }
    if (counts[0]! > 0 && values.at(-1) !== newest[0])
      return `the chain ends at ${values.at(-1)}, the line at ${newest[0]}`;
  }
  return undefined;
}

test('a reader sees all of an entry or nothing of it when another thread writes, swaps and releases', async () => {
  const buffers = smallBuffers(1 << 22);
  const flag = new Int32Array(new SharedArrayBuffer(8));
  const task = { buffers, flag: flag.buffer, slots: SLOTS };
  const views = new HeadViews(buffers);
  const written = runThread<{ entries: number; generations: number }>(
    import.meta.url,
    'head-writer-thread',
    task,
  );
  const tally = { whole: 0, torn: 0, withClosed: 0, faults: [] as string[] };
  const read = async (): Promise<void> => {
    // The thread's messages need this loop to turn: it is left now and then.
    while (Atomics.load(flag, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const endMs = performance.now() + 1_500;
    while (performance.now() < endMs && tally.faults.length === 0) {
      const seen = look(views);
      if (!seen.isWhole) {
        tally.torn++;
        continue;
      }
      tally.whole++;
      if (seen.closedCounts[0]! > 0) tally.withClosed++;
      const wrong = fault(seen);
      if (wrong !== undefined) tally.faults.push(wrong);
    }
    Atomics.store(flag, 0, 1);
  };
  const [{ entries, generations }] = await Promise.all([written, read()]);
  assert.deepEqual(tally.faults, []);
  const seen = `${tally.whole} whole looks, ${tally.torn} torn, ${entries} entries, ${generations} generations`;
  assert.ok(tally.whole > 100 && tally.withClosed > 10 && tally.torn > 10, `too little was met: ${seen}`);
  assert.ok(entries > 500 && generations > 10, `too little was written: ${seen}`);
});
