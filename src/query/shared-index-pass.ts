import {
  CONTROL_REQUESTED,
  CONTROL_SEEN,
  CONTROL_SERVED,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { MillraceError } from '../errors.js';
import type { ShardCounters } from '../shard/shard-counters.js';
import type { IndexPass } from './index-pass.js';
import { READY_WAIT_MS_MAX, STARTING_RETRY_MS } from './limits.js';
import type { StopCheck } from './stop-check.js';

/** Longest sleep between two looks at whether somebody still wants the answer, ms. */
const WAIT_MS = 10;

/**
 * Asks the indexer's thread for a pass and sleeps until it is done: a millisecond or two, and longer only behind a burst of new series,
 * of which it takes some 400,000 a second. When nothing is new, nobody is asked.
 */
export class SharedIndexPass implements IndexPass {
  readonly #counters: readonly ShardCounters[];

  /** The counters of the shards, in their order. */
  constructor(counters: readonly ShardCounters[]) {
    this.#counters = counters;
  }

  bring(reader: SeriesIndexReader, always: boolean, stop: StopCheck): void {
    const { control } = reader.views;
    const isBuilt = (): boolean => reader.sync();
    // Not so at a start, and when a damaged index or one whose thread had died is made anew.
    if (!isBuilt()) this.#waitFor(isBuilt, control, stop);
    const isBehind = this.#counters.some(
      (shard, k) => shard.get('series') !== Atomics.load(control, CONTROL_SEEN + k),
    );
    if (!always && !isBehind) return;
    const request = (Atomics.add(control, CONTROL_REQUESTED, 1) + 1) | 0;
    Atomics.notify(control, CONTROL_REQUESTED);
    this.#waitFor(
      () => ((Atomics.load(control, CONTROL_SERVED) - request) | 0) >= 0 && isBuilt(),
      control,
      stop,
    );
  }

  #waitFor(isSo: () => boolean, control: Int32Array, stop: StopCheck): void {
    for (let waitedMs = 0; ; ) {
      const served = Atomics.load(control, CONTROL_SERVED);
      if (isSo()) return;
      stop.beforeWait();
      if (waitedMs > READY_WAIT_MS_MAX) {
        const what =
          'The index of series is being built, or new series come faster than it grows. Try again in a moment.';
        throw new MillraceError('MR_STARTING', what, { retryAfterMs: STARTING_RETRY_MS });
      }
      if (Atomics.wait(control, CONTROL_SERVED, served, WAIT_MS) === 'timed-out') waitedMs += WAIT_MS;
    }
  }
}
