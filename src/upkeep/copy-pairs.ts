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

/** A copy as it goes on: each step is durable when its bytes come. Whoever takes no more steps has cut the copy short. */
export type CopySteps = Generator<number, void>;

/** What one transaction of a copy holds at most; of the bytes, one pair more. */
export const COPY_STEP = { pairs: COPY_STEP_PAIRS, bytes: COPY_STEP_BYTES };

/** Takes all steps, and lets the event loop turn between them. */
export async function takeSteps(steps: CopySteps, onStep: OnStep): Promise<void> {
  for (const bytes of steps) {
    onStep(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Copies the pairs of a range in the order of keys, in transactions of bounded size. What the target has of the range already must
 * be an earlier copy that was cut short: it goes on behind that.
 */
export function* copyPairs(
  source: StoreReader,
  target: ShardStore,
  { start, end }: KeyRange,
  step = COPY_STEP,
): CopySteps {
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
        return ++pairs < step.pairs && bytes < step.bytes;
      });
    });
    if (pairs === 0) return;
    yield bytes;
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
