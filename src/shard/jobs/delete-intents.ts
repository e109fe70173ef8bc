import { decodeIntent, encodeIntent } from '../../store/intent.js';
import { numberedKey, numberOfKey, tableEnd, tableKey } from '../../store/keys.js';
import type { StoreWriter } from '../../store/shard-store.js';
import { PREFIX_SHARD, SHARD_INTENT } from '../../store/store-layout.js';
import type { RewriteHost } from './rewrite-host.js';
import type { DeleteRequest } from './series-rewrites.js';

/** A delete that was begun before, by its number. */
export interface BegunDelete {
  id: number;
  request: DeleteRequest;
  /** By group, counted from the shard's first: the generation up to which points are meant; -1: none of the group. */
  cuts: number[];
}

/** The intents of a shard's deletes, as they stand in its store: numbered in the order in which they were begun. */
export class DeleteIntents {
  readonly #host: RewriteHost;
  #nextId = 0;

  constructor(host: RewriteHost) {
    this.#host = host;
  }

  /** Reads those that a crash or a stop cut short. One that doesn't read is told, and stays where it is. */
  readAll(): BegunDelete[] {
    const { store, map, shard, books, found } = this.#host;
    const start = tableKey(PREFIX_SHARD, SHARD_INTENT);
    const begun: BegunDelete[] = [];
    store.forEach(start, tableEnd(PREFIX_SHARD, SHARD_INTENT), (key, value) => {
      const id = numberOfKey(key);
      this.#nextId = Math.max(this.#nextId, id + 1);
      const intent = decodeIntent(value);
      if (intent === undefined) {
        const done = 'damaged: nobody knows what was to be deleted; ask for the delete again';
        found({ shard, what: 'intent to delete', where: `shard, number ${id}`, done });
        return true;
      }
      const { cuts, ...range } = intent;
      const generations = new Map(cuts);
      const ofGroups = books.groups.map((_, local) => generations.get(map.firstGroup(shard) + local) ?? -1);
      begun.push({ id, request: { kind: 'delete', ...range }, cuts: ofGroups });
      return true;
    });
    return begun;
  }

  /** A number for a delete that begins. */
  take(): number {
    return this.#nextId++;
  }

  write(writer: StoreWriter, { id, request, cuts }: BegunDelete): void {
    const { selectors, startMs, endMs } = request;
    const { map, shard } = this.#host;
    const ofGroups = cuts.flatMap((generation, local): [number, number][] =>
      generation < 0 ? [] : [[map.firstGroup(shard) + local, generation]],
    );
    writer.put(keyOf(id), encodeIntent({ selectors, startMs, endMs, cuts: ofGroups }));
  }

  remove(writer: StoreWriter, id: number): void {
    writer.remove(keyOf(id));
  }
}

const keyOf = (id: number): Uint8Array => numberedKey(PREFIX_SHARD, SHARD_INTENT, id);
