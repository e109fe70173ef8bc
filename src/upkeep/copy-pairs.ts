import type { ShardStore, StoreReader } from '../store/shard-store.js';
import { COPY_STEP_BYTES, COPY_STEP_PAIRS } from './limits.js';

/** Keys from `start` on, and below `end`. */
export interface KeyRange {
  start: Uint8Array;
  end: Uint8Array;
}

/** Every key of an environment. */
export const ALL_KEYS: KeyRange = { start: Uint8Array.of(0), end: Uint8Array.of(0xff) };

/** Called behind each durable step with the bytes of its keys and values. May throw, which ends the copy. */
export type OnStep = (bytes: number) => void;

/**
 * Copies the pairs of a range in the order of keys, in transactions of bounded size, and lets the event loop turn between
 * them. What the target has of the range already must be an earlier copy that was cut short: it goes on behind that.
 */
export async function copyPairs(
  source: StoreReader,
  target: ShardStore,
  { start, end }: KeyRange,
  onStep: OnStep,
): Promise<void> {
  let last = lastKey(target, { start, end });
  for (;;) {
    let bytes = 0;
    let pairs = 0;
    target.transaction((writer) => {
      source.forEach(last ?? start, end, (key, value) => {
        if (last !== undefined && Buffer.compare(key, last) === 0) return true;
        writer.put(key, value);
        bytes += key.length + value.length;
        last = key.slice();
        return ++pairs < COPY_STEP_PAIRS && bytes < COPY_STEP_BYTES;
      });
    });
    if (pairs === 0) return;
    onStep(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function lastKey(store: StoreReader, { start, end }: KeyRange): Uint8Array | undefined {
  let last: Uint8Array | undefined;
  store.forEachKey(start, end, (key) => {
    last = key.slice();
    return true;
  });
  return last;
}

/** How many keys a range has. */
export function countKeys(store: StoreReader, { start, end }: KeyRange): number {
  let count = 0;
  store.forEachKey(start, end, () => {
    count++;
    return true;
  });
  return count;
}
