import {
  CONTROL_NEXT_NUMBERS,
  CONTROL_REQUESTED,
  CONTROL_SEEN,
  CONTROL_SERVED,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexWriter } from '../../native-free-core/series-index/series-index-writer.js';
import { numberedKey, numberOfKey, tableEnd } from '../store/keys.js';
import { forEachSeries, pageOfNumber } from '../store/series-page.js';
import type { StoreReader } from '../store/shard-store.js';
import { TABLE_SERIES } from '../store/store-layout.js';
import { INDEX_SLICE_SERIES } from './limits.js';

/** A shard as the indexer sees it. */
export interface IndexedShard {
  firstGroup: number;
  groupCount: number;
  /** Series that the shard has counted, which it does once they are stored. */
  countSeries(): number;
  /** A view of its store as of now. */
  openStore(): StoreReader & { close(): void };
}

/** Is told of a series page that can't be read. */
export type DamagedPage = (group: number, page: number) => void;

/**
 * Grows the index from the series pages of all shards. A page only ever gains series at its end, and numbers in a group ascend, so
 * only pages at or behind the last known number are read again.
 */
export class IndexBuilder {
  readonly #writer: SeriesIndexWriter;
  readonly #shards: readonly IndexedShard[];
  readonly #onDamaged: DamagedPage;
  #unpublished = 0;

  /** `shards` in their order. */
  constructor(writer: SeriesIndexWriter, shards: readonly IndexedShard[], onDamaged: DamagedPage) {
    this.#writer = writer;
    this.#shards = shards;
    this.#onDamaged = onDamaged;
  }

  /**
   * Takes the series that were stored since the last pass, and answers all requests that came before this one; `always` looks
   * also at shards that have counted no new ones.
   */
  pass(always = false): void {
    const { control } = this.#writer.views;
    // Before the stores are opened: what is counted, or stored when somebody asks, is in them.
    const request = Atomics.load(control, CONTROL_REQUESTED);
    const isAsked = request !== control[CONTROL_SERVED];
    this.#shards.forEach((shard, k) => {
      const series = shard.countSeries();
      if (series === control[CONTROL_SEEN + k] && !isAsked && !always) return;
      const store = shard.openStore();
      try {
        for (let i = 0; i < shard.groupCount; i++) this.#takeGroup(shard.firstGroup + i, store);
      } finally {
        store.close();
      }
      this.#publish();
      Atomics.store(control, CONTROL_SEEN + k, series);
    });
    this.#publish();
    if (!isAsked) return;
    Atomics.store(control, CONTROL_SERVED, request);
    Atomics.notify(control, CONTROL_SERVED);
  }

  #takeGroup(group: number, store: StoreReader): void {
    const { control } = this.#writer.views;
    const next = CONTROL_NEXT_NUMBERS + group;
    const from = numberedKey(group, TABLE_SERIES, pageOfNumber(control[next]!));
    store.forEach(from, tableEnd(group, TABLE_SERIES), (key, value) => {
      const page = numberOfKey(key);
      const whole = forEachSeries(value, page, (number, _hashOffset, keyOffset, keyBytes) => {
        if (number < control[next]!) return;
        this.#writer.add(group, number, value, keyOffset, keyBytes);
        control[next] = number + 1;
        if (++this.#unpublished >= INDEX_SLICE_SERIES) this.#publish();
      });
      if (!whole) this.#onDamaged(group, page);
      return true;
    });
  }

  #publish(): void {
    this.#unpublished = 0;
    this.#writer.publish();
  }
}
