import {
  PRODUCER_NAME,
  PRODUCER_NAME_BYTES,
  PRODUCER_REF,
} from '../../native-free-core/entry/entry-layout.js';
import type { EntryViews } from '../../native-free-core/head/head-writer.js';
import { numberedKey } from '../store/keys.js';
import { encodeProducerRecord } from '../store/records.js';
import type { StoreWriter } from '../store/shard-store.js';
import { PREFIX_SHARD, SHARD_PRODUCER } from '../store/store-layout.js';

/** The producers that a duty cycle met for the first time, until its transaction is durable. */
export class NewProducers {
  #records: { key: Uint8Array; value: Uint8Array }[] = [];

  addFromEntry({ u8, u32 }: EntryViews, offset: number): void {
    const producer = u32[(offset + PRODUCER_REF) >> 2]!;
    const length = u32[(offset + PRODUCER_NAME_BYTES) >> 2]!;
    const start = offset + PRODUCER_NAME;
    this.#records.push({
      key: numberedKey(PREFIX_SHARD, SHARD_PRODUCER, producer),
      value: encodeProducerRecord(u8.subarray(start, start + length)),
    });
  }

  /** Puts them into the transaction. */
  write(writer: StoreWriter): void {
    for (const { key, value } of this.#records) writer.put(key, value);
  }

  /** The transaction is durable. */
  committed(): void {
    if (this.#records.length > 0) this.#records = [];
  }
}
