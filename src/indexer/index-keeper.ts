import { CONTROL_LEFT_OUT } from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexMemory } from '../../native-free-core/series-index/series-index-memory.js';
import { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { SeriesIndexWriter } from '../../native-free-core/series-index/series-index-writer.js';
import type { Clock } from '../clock.js';
import type { StoreFinding } from '../store/findings.js';
import { IndexBuilder, type IndexedShard } from './index-builder.js';
import { IndexCheck } from './index-check.js';
import { IndexFile } from './index-file.js';
import type { IndexerMessage } from './indexer-task.js';
import { INDEX_SAVE_QUIET_MS, INDEX_SAVE_SERIES_MIN, INDEX_SAVE_SHARE } from './limits.js';

export interface KeeperOptions {
  memory: SeriesIndexMemory;
  path: string;
  /** In their order; their stores are not opened before `open`. */
  shards: readonly IndexedShard[];
  clock: Clock;
  say(message: Exclude<IndexerMessage, { kind: 'ready' }>): void;
}

/**
 * The index of labels through its life: loaded from its file, held against the stores, grown from them, stored again when enough is new. The
 * series pages are the truth: whatever is wrong with the file, the index is built from them.
 */
export class IndexKeeper {
  readonly #options: KeeperOptions;
  readonly #writer: SeriesIndexWriter;
  readonly #builder: IndexBuilder;
  readonly #file: IndexFile;
  readonly #damagedPages = new Set<string>();
  #savedRows = 0;
  #seenRows = 0;
  #quietSinceMs = 0;
  #leftOut = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#writer = new SeriesIndexWriter(options.memory);
    this.#file = new IndexFile(options.path);
    this.#builder = new IndexBuilder(this.#writer, options.shards, (group, page) =>
      this.#tellDamaged(group, page),
    );
  }

  get rows(): number {
    return this.#writer.rows;
  }

  /**
   * Takes the stored index, before the stores can be opened. Whatever the memory holds is thrown away: a predecessor that died
   * may have been in the middle of anything. Answers the series that it has.
   */
  load(): number {
    this.#writer.beginRebuild();
    const status = this.#file.load(this.#writer.views);
    if (status.kind === 'loaded') this.#writer.resume();
    else this.#writer.beginRebuild();
    if (status.kind === 'useless') this.#tellUseless(status.why);
    this.#savedRows = this.rows;
    return this.rows;
  }

  /** Brings the index up to the stores, and lets queries use it. */
  open(): void {
    const why = this.#wrongWith();
    if (why !== undefined) {
      this.#tellUseless(why);
      this.#writer.beginRebuild();
      this.#savedRows = 0;
    }
    this.#builder.pass();
    this.#writer.endRebuild();
    this.#quietSinceMs = this.#options.clock.monotonicMs();
  }

  /** Takes what is new, and stores the index when enough of it is. */
  work(): void {
    this.#builder.pass();
    const nowMs = this.#options.clock.monotonicMs();
    if (this.rows !== this.#seenRows) this.#quietSinceMs = nowMs;
    this.#seenRows = this.rows;
    const missing = this.rows - this.#savedRows;
    const isMuch = missing > Math.max(INDEX_SAVE_SERIES_MIN, this.rows * INDEX_SAVE_SHARE);
    if (isMuch || (missing > 0 && nowMs - this.#quietSinceMs > INDEX_SAVE_QUIET_MS)) this.save();
    this.#tellLeftOut();
  }

  /** Stores the index, unless nothing is new. */
  save(): void {
    const { clock, say } = this.#options;
    // What found no room would be missing after the next start, too.
    if (this.rows === this.#savedRows || this.#leftOut > 0) return;
    const startMs = clock.monotonicMs();
    const why = this.#file.save(this.#writer.views);
    // Tried again when as much is new again, not at each pass.
    this.#savedRows = this.rows;
    if (why === undefined)
      say({ kind: 'saved', series: this.rows, durationMs: clock.monotonicMs() - startMs });
    else say({ kind: 'not saved', why });
  }

  #wrongWith(): string | undefined {
    if (this.rows === 0) return undefined;
    const check = new IndexCheck(new SeriesIndexReader(this.#options.memory));
    for (const shard of this.#options.shards) {
      const store = shard.openStore();
      try {
        for (let i = 0; i < shard.groupCount; i++) {
          const why = check.run(shard.firstGroup + i, store);
          if (why !== undefined) return why;
        }
      } finally {
        store.close();
      }
    }
    return undefined;
  }

  #tellUseless(why: string): void {
    const done = `thrown away (${why}); the index is built from the series pages`;
    this.#tell({ shard: 0, what: 'stored index of labels', where: this.#options.path, done });
  }

  #tellDamaged(group: number, page: number): void {
    const where = `group ${group}, page ${page}`;
    if (this.#damagedPages.has(where)) return;
    this.#damagedPages.add(where);
    const shard = this.#options.shards.findIndex((s) => group < s.firstGroup + s.groupCount);
    this.#tell({ shard, what: 'series page', where, done: 'its series are not found by queries' });
  }

  #tellLeftOut(): void {
    const leftOut = this.#writer.views.control[CONTROL_LEFT_OUT]!;
    if (leftOut > 0 && this.#leftOut === 0) {
      const done = 'series are not found by queries: their labels take more memory than the index may have';
      this.#tell({ shard: 0, what: 'full index of labels', where: `${this.rows} series`, done });
    }
    this.#leftOut = leftOut;
  }

  #tell(finding: StoreFinding): void {
    this.#options.say({ kind: 'finding', finding });
  }
}
