import type { HeadWriter } from '../../../native-free-core/head/head-writer.js';
import type { CompactionSource } from './compaction-source.js';
import type { SweepHost } from './sweep-host.js';

/** What a shard lends to what changes stored series. */
export interface RewriteHost extends SweepHost {
  readonly head: HeadWriter;
  readonly compactions: CompactionSource;
  /** As ShardEngine has them. */
  readonly flushSoon: () => number;
  readonly storedGeneration: () => number;
}
