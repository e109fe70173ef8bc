import assert from 'node:assert/strict';
import { ShardMap } from '../../../native-free-core/series/refs.js';
import { SeriesKeyBuilder } from '../../../native-free-core/series/series-key-builder.js';
import type { IndexedShard } from '../../../src/indexer/index-builder.js';
import { numberedKey } from '../../../src/store/keys.js';
import { pageOfNumber, SeriesPageBuilder } from '../../../src/store/series-page.js';
import type { StoreReader } from '../../../src/store/shard-store.js';
import { TABLE_SERIES } from '../../../src/store/store-layout.js';

export interface PagedSeries {
  group: number;
  number: number;
  name: string;
  labels: Record<string, string>;
}

/** Series pages in memory, and a reader of them that counts the pages it gives out. */
export class SeriesPages {
  readonly series: PagedSeries[] = [];
  pagesRead = 0;
  readonly #pages = new Map<string, { key: Uint8Array; builder: SeriesPageBuilder }>();
  readonly #counts = new Map<number, number>();
  readonly #keys = new SeriesKeyBuilder({
    nameBytesMax: 100,
    labelNameBytesMax: 100,
    labelValueBytesMax: 100,
    labelsMax: 32,
  });

  add(group: number, name: string, labels: Record<string, string>): void {
    const number = this.#counts.get(group) ?? 0;
    this.#counts.set(group, number + 1);
    const key = numberedKey(group, TABLE_SERIES, pageOfNumber(number));
    const text = Buffer.from(key).toString('hex');
    const page = this.#pages.get(text) ?? { key, builder: new SeriesPageBuilder() };
    this.#pages.set(text, page);
    const bytes = this.#bytesOf(name, labels);
    page.builder.add(number, bytes, 0, 0, bytes.length);
    this.series.push({ group, number, name, labels });
  }

  reader(): StoreReader & { close(): void } {
    return {
      get: (key) => this.#pages.get(Buffer.from(key).toString('hex'))?.builder.seal(),
      close: () => {},
      forEachKey: () => {},
      forEach: (start, end, visit) => {
        const [first, last] = [Buffer.from(start).toString('hex'), Buffer.from(end).toString('hex')];
        for (const text of [...this.#pages.keys()].sort()) {
          if (text < first || text >= last) continue;
          this.pagesRead++;
          const { key, builder } = this.#pages.get(text)!;
          visit(key, builder.seal());
        }
      },
    };
  }

  /** The pages as the stores of so many shards. */
  shards(count = 1): IndexedShard[] {
    const map = new ShardMap(count);
    return Array.from({ length: count }, (_, shard) => ({
      firstGroup: map.firstGroup(shard),
      groupCount: map.groupCount(shard),
      countSeries: () => {
        const end = map.firstGroup(shard) + map.groupCount(shard);
        return this.series.filter(({ group }) => group >= map.firstGroup(shard) && group < end).length;
      },
      openStore: () => this.reader(),
    }));
  }

  #bytesOf(name: string, labels: Record<string, string>): Uint8Array {
    const builder = this.#keys;
    builder.begin(Buffer.from(name), 0, Buffer.byteLength(name));
    for (const [label, value] of Object.entries(labels)) {
      const pair = Buffer.from(label + value);
      const nameBytes = Buffer.byteLength(label);
      builder.label(pair, 0, nameBytes, nameBytes, pair.length);
    }
    assert.equal(builder.finish(), 'ok');
    // Hash and key may overlap: nothing here reads the hash.
    return builder.bytes.slice(0, Math.max(16, builder.length));
  }
}
