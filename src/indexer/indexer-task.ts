import type { MessagePort } from 'node:worker_threads';
import type { ShardsData } from '../query/seen-shards.js';
import type { StoreFinding } from '../store/findings.js';

/** What the indexer's thread works on. */
export interface IndexerData extends ShardsData {
  /** The file of the stored index. */
  indexPath: string;
}

/** What it is started with. */
export interface IndexerTask extends IndexerData {
  port: MessagePort;
}

/** What the thread says to the socket thread. */
export type IndexerMessage =
  /** All series that were stored are in; `loaded` of them came from the stored index. */
  | { kind: 'ready'; series: number; loaded: number; durationMs: number }
  | { kind: 'saved'; series: number; durationMs: number }
  | { kind: 'not saved'; why: string }
  | { kind: 'finding'; finding: StoreFinding };
