import { BATCH_NEW, BATCH_TOO_FAR, ProducerWindow } from '../../native-free-core/producer/producer-window.js';

/** What a window looked like when a generation was closed. */
export interface WindowSnapshot {
  producer: number;
  /** One a group of the shard. */
  windows: ProducerWindow[];
  lastSeenMs: number;
}

interface ProducerState {
  /** One window for all groups while they agree, which they do but after a hand-over of partitions. */
  windows: ProducerWindow[];
  lastSeenMs: number;
}

/** Which groups a batch is still to be applied to. */
export type BatchVerdict = 'all' | 'none' | 'some';

/**
 * The producers' windows of one shard: what makes a resent batch apply once. A batch belongs to every group, also to
 * those it has no points for, so that windows stay contiguous. Kept a group, because groups move between shards, and
 * one that came from elsewhere may have seen batches that its new neighbours have not.
 */
export class ProducerWindows {
  readonly #groupCount: number;
  readonly #producers = new Map<number, ProducerState>();
  #dirty = new Set<number>();
  /** After a verdict of 'some': 1 for each group (counted from the shard's first) that takes the batch. */
  readonly mask: Uint8Array;

  constructor(groupCount: number) {
    this.#groupCount = groupCount;
    this.mask = new Uint8Array(groupCount);
  }

  /** Looks up a batch and marks it as applied. */
  admit(producer: number, seq: number, nowMs: number): BatchVerdict {
    let state = this.#producers.get(producer);
    if (state === undefined) {
      state = { windows: [new ProducerWindow()], lastSeenMs: nowMs };
      this.#producers.set(producer, state);
    }
    state.lastSeenMs = nowMs;
    let fresh = 0;
    state.windows.forEach((window, i) => {
      // The front end lets no producer skip ahead: what lies between was in a damaged value of the log.
      if (window.look(seq) === BATCH_TOO_FAR) window.skipTo(seq - 1);
      const look = window.look(seq);
      this.mask[i] = look === BATCH_NEW ? 1 : 0;
      if (look !== BATCH_NEW) return;
      window.mark(seq);
      fresh++;
    });
    if (fresh === 0) return 'none';
    this.#dirty.add(producer);
    const whole = fresh === state.windows.length;
    if (state.windows.length > 1) this.#unite(state);
    return whole ? 'all' : 'some';
  }

  /** Sets the window of one group, from its stored record. Groups without a record have seen nothing. */
  restore(producer: number, group: number, window: ProducerWindow, lastSeenMs: number): void {
    let state = this.#producers.get(producer);
    if (state === undefined) {
      state = { windows: Array.from({ length: this.#groupCount }, () => new ProducerWindow()), lastSeenMs };
      this.#producers.set(producer, state);
    }
    state.windows[group] = window;
    state.lastSeenMs = Math.max(state.lastSeenMs, lastSeenMs);
  }

  /** Ends restoring: groups that agree share a window again. */
  restored(): void {
    for (const state of this.#producers.values()) this.#unite(state);
  }

  /** Counts gaps as applied: what was in them is lost with a damaged value of the log and will not come again. */
  closeGaps(): void {
    for (const [producer, state] of this.#producers) {
      for (const window of state.windows) {
        if (window.highest > window.contiguous) this.#dirty.add(producer);
        window.skipTo(window.highest);
      }
      this.#unite(state);
    }
  }

  /** The highest seq up to which every group has every batch of each producer. */
  *contiguous(): Generator<{ producer: number; seq: number }> {
    for (const [producer, state] of this.#producers) {
      yield { producer, seq: Math.min(...state.windows.map((w) => w.contiguous)) };
    }
  }

  /** Takes what changed since the last call, as it is now: goes to disk when the generation is in blocks. */
  takeChanged(): WindowSnapshot[] {
    const snapshots = [...this.#dirty].map((producer) => {
      const state = this.#producers.get(producer)!;
      const shared = state.windows.length === 1;
      const windows = Array.from({ length: this.#groupCount }, (_, i) =>
        state.windows[shared ? 0 : i]!.clone(),
      );
      return { producer, windows, lastSeenMs: state.lastSeenMs };
    });
    this.#dirty = new Set();
    return snapshots;
  }

  #unite(state: ProducerState): void {
    const first = state.windows[0]!;
    if (state.windows.every((w) => w.equals(first))) state.windows = [first];
  }
}
