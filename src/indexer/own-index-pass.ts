import type { SeriesIndexMemory } from '../../native-free-core/series-index/series-index-memory.js';
import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { SeriesIndexWriter } from '../../native-free-core/series-index/series-index-writer.js';
import type { IndexPass } from '../query/index-pass.js';
import { type DamagedPage, IndexBuilder, type IndexedShard } from './index-builder.js';

/** Grows the index on the thread that reads it: where one thread does everything, as over a folder at rest. */
export class OwnIndexPass implements IndexPass {
  readonly #builder: IndexBuilder;

  constructor(memory: SeriesIndexMemory, shards: readonly IndexedShard[], onDamaged: DamagedPage) {
    this.#builder = new IndexBuilder(new SeriesIndexWriter(memory), shards, onDamaged);
  }

  bring(reader: SeriesIndexReader, always: boolean): void {
    this.#builder.pass(always);
    reader.sync();
  }
}
