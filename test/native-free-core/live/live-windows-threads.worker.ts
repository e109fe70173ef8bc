import { workerData } from 'node:worker_threads';
import { LiveWindowsWriter } from '../../../native-free-core/live/live-windows-writer.js';
import {
  CLOCK_BATCHES,
  CLOCK_NOW,
  CLOCK_STOP,
  START_SECOND,
  type StressData,
} from './live-windows-threads.js';

/**
 * The writing thread of the stress test: batches of pairs v and -v, until it is told to stop. Both of a pair lie in one
 * block of four seconds, usually in two of them, some a minute late; its time runs a thousand times too fast.
 */
const { memory, clock, seed } = workerData as StressData;
const words = new Int32Array(clock);
let state = seed;
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return ((state >>> 8) * below) >>> 24;
};

let writer = new LiveWindowsWriter(memory);
let nowMs = START_SECOND * 1_000;
let batches = 0;
while (Atomics.load(words, CLOCK_STOP) === 0) {
  nowMs += random(40);
  writer.advance(nowMs);
  Atomics.store(words, CLOCK_NOW, Math.floor(nowMs / 1_000) - START_SECOND);
  writer.begin();
  // Now and then more than may wait, so that the batch becomes visible in two parts.
  const pairs = random(100) === 0 ? 4_500 : random(60);
  for (let i = 0; i < pairs; i++) {
    const block = Math.floor(nowMs / 4_000) - (random(3) === 0 ? random(13) : 0);
    const value = (1 + random(1_000)) * 2 ** random(4);
    const metric = random(3);
    writer.record(metric, block * 4_000 + random(3_000), value);
    writer.record(metric, block * 4_000 + random(3_000), -value);
  }
  writer.end();
  if (random(3_000) === 0) writer = new LiveWindowsWriter(memory);
  Atomics.store(words, CLOCK_BATCHES, ++batches);
}
