import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import type { StopCheck } from './stop-check.js';

/** How a reader of the index gets what is stored and not in it yet. */
export interface IndexPass {
  /**
   * Brings the index, and the reader by a `sync`, up to what every shard had counted before; `always` up to what is stored.
   * @throws MillraceError MR_STARTING, MR_QUERY_TIMEOUT; QueryCancelled
   */
  bring(reader: SeriesIndexReader, always: boolean, stop: StopCheck): void;
}
