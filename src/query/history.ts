import { HistoryMark } from '../shard/history-mark.js';
import type { ShardMemory } from '../shard/shard-memory.js';
import type { HistoryVersions } from './answer-cache.js';

/** The past of all shards, seen from the socket thread. */
export class History {
  readonly #marks: readonly HistoryMark[];

  constructor(memories: readonly ShardMemory[]) {
    this.#marks = memories.map(({ history }) => new HistoryMark(history));
  }

  /**
   * What an answer about times before `endMs` is going to be true of, when it is asked for after this; undefined when the
   * range is not past in every shard.
   */
  versionsBefore(endMs: number): HistoryVersions | undefined {
    // In this order: HistoryMark's third invariant.
    if (!this.#marks.every(({ closedMs }) => endMs <= closedMs)) return undefined;
    return this.#marks.map(({ version }) => version);
  }

  isCurrent(versions: HistoryVersions): boolean {
    return this.#marks.every(({ version }, shard) => version === versions[shard]);
  }
}
