import { HistoryMark } from '../shard/history-mark.js';
import type { ShardMemory } from '../shard/shard-memory.js';

/** What an answer about the past was true of (src/shard/history-mark.ts). */
export interface HistoryVersions {
  endMs: number;
  /** In the order of shards. */
  shards: readonly { closedMs: number; version: number }[];
}

/** The past of all shards, seen from the socket thread. */
export class History {
  readonly #marks: readonly HistoryMark[];

  constructor(memories: readonly Pick<ShardMemory, 'history'>[]) {
    this.#marks = memories.map(({ history }) => new HistoryMark(history));
  }

  /**
   * What an answer about times before `endMs` is going to be true of, when it is asked for after this; undefined when the
   * range is not past in every shard.
   */
  versionsBefore(endMs: number): HistoryVersions | undefined {
    // In this order: HistoryMark's third invariant.
    const closed = this.#marks.map(({ closedMs }) => closedMs);
    if (!closed.every((closedMs) => endMs <= closedMs)) return undefined;
    const shards = this.#marks.map((mark, shard) => {
      const closedMs = closed[shard]!;
      return { closedMs, version: mark.versionBefore(endMs, closedMs) };
    });
    return { endMs, shards };
  }

  isCurrent({ endMs, shards }: HistoryVersions): boolean {
    return this.#marks.every((mark, shard) => {
      const { closedMs, version } = shards[shard]!;
      return mark.versionBefore(endMs, closedMs) === version;
    });
  }
}
