import { POINTS_ARRIVAL_MS, POINTS_PRODUCER, POINTS_SEQ } from '../../native-free-core/entry/entry-layout.js';
import type { EntryViews, HeadWriter, SlotFilter } from '../../native-free-core/head/head-writer.js';
import type { ProducerWindows } from './producer-windows.js';
import type { ShardCounters } from './shard-counters.js';

/** The open state that entries change. */
export interface OpenState {
  readonly head: HeadWriter;
  readonly windows: ProducerWindows;
  readonly counters: ShardCounters;
}

/** Applies points entries to the open state, exactly once each: from the ring or from the log, the result is the same. Asks no clock. */
export class EntryApplier {
  readonly #state: OpenState;
  readonly #groups: number;

  /** `groups`: how many the shard has. */
  constructor(state: OpenState, groups: number) {
    this.#state = state;
    this.#groups = groups;
  }

  /** Answers the points taken, or -1 for a batch that was applied before. */
  apply(source: EntryViews, offset: number, filter?: SlotFilter): number {
    const { head, windows, counters } = this.#state;
    const producer = source.u32[(offset + POINTS_PRODUCER) >> 2]!;
    if (producer === 0) return head.append(source, offset, filter);
    const seq = source.f64[(offset + POINTS_SEQ) >> 3]!;
    const verdict = windows.admit(producer, seq, source.f64[(offset + POINTS_ARRIVAL_MS) >> 3]!);
    if (verdict === 'none') {
      counters.add('duplicateBatches', 1);
      return -1;
    }
    if (verdict === 'all') return head.append(source, offset, filter);
    const mask = windows.mask.slice();
    const groups = this.#groups;
    return head.append(
      source,
      offset,
      (slot) => mask[slot % groups] === 1 && (filter === undefined || filter(slot)),
    );
  }
}
