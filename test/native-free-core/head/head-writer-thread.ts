import { parentPort, workerData } from 'node:worker_threads';
import { TIMES_FULL } from '../../../native-free-core/entry/entry-layout.js';
import type { HeadBuffers } from '../../../native-free-core/head/head-memory.js';
import { seeded } from '../cell/numbers.js';
import { type Point, pointsEntry } from '../entry/entries.js';
import { openHead } from './heads.js';

/** What a reader may rely on is in head-threads.test.ts. */
export interface WriterTask {
  buffers: HeadBuffers;
  /** 1: stop; 2: this thread works. */
  flag: SharedArrayBuffer;
  slots: number;
}

/**
 * Appends to every slot in every entry, so that all have as many points at each even word, and closes and releases
 * generations all the while. The value of a point is its number in its slot, its time 1,000 more.
 */
function write({ buffers, flag, slots }: WriterTask): { entries: number; generations: number } {
  const head = openHead(slots, buffers);
  const stop = new Int32Array(flag);
  const random = seeded(5);
  Atomics.store(stop, 1, 1);
  Atomics.notify(stop, 1);
  let entries = 0;
  for (let next = 0; Atomics.load(stop, 0) === 0; entries++) {
    const perSlot = 1 + Math.floor(random() * 4);
    const points: Point[] = [];
    for (let i = 0; i < perSlot; i++, next++) {
      for (let slot = 0; slot < slots; slot++) points.push({ slot, timeMs: next + 1_000, value: next });
    }
    head.append(pointsEntry(points, TIMES_FULL), 0);
    if (random() < 0.02 && head.canSwap) head.swap();
    else if (random() < 0.05 && head.released < head.generation - 1) head.release(head.generation - 1);
  }
  return { entries, generations: head.generation };
}

parentPort!.postMessage(write(workerData as WriterTask));
