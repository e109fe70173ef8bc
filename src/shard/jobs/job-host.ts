import type { ShardMap } from '../../../native-free-core/series/refs.js';
import type { StoreFinding } from '../../store/findings.js';
import { parseSegmentKey } from '../../store/keys.js';
import type { StoreReader } from '../../store/shard-store.js';
import type { GroupBooks } from '../group-books.js';
import type { CompactionBounds } from './compaction-bounds.js';
import type { OutputTarget } from './segment-output.js';
import type { TierCutoff } from './tier-cutoff.js';

/** What a shard lends to its background work. */
export interface JobHost {
  readonly shard: number;
  readonly map: ShardMap;
  readonly store: StoreReader;
  readonly books: GroupBooks;
  readonly bounds: CompactionBounds;
  /** Series numbered so far in a group. */
  readonly groupSeries: (group: number) => number;
  readonly cutoff: TierCutoff;
  readonly quarantine: Quarantine;
  /** Told of what is not as it should be, but for segments, which go into quarantine. */
  readonly found: (finding: StoreFinding) => void;
}

/** What a job of this shard writes of a group, counted from the shard's first, goes by. */
export function outputTarget({ map, shard, books, bounds }: JobHost, local: number): OutputTarget {
  const { segmentBytes, runCells } = bounds;
  return { group: map.firstGroup(shard) + local, local, books, segmentBytes, runCells };
}

/** Segments that could not be read wholly: they stay where they are, and no job takes them again before a restart. */
export class Quarantine {
  /** By the text of their keys. */
  readonly #keys = new Map<string, Uint8Array>();
  readonly #shard: number;
  readonly #found: (finding: StoreFinding) => void;

  constructor(shard: number, found: (finding: StoreFinding) => void) {
    this.#shard = shard;
    this.#found = found;
  }

  has(key: Uint8Array): boolean {
    return this.#keys.size > 0 && this.#keys.has(textOf(key));
  }

  /** The keys of all segments in it. */
  get keys(): IterableIterator<Uint8Array> {
    return this.#keys.values();
  }

  /** Sets a segment aside, and tells it once. */
  add(key: Uint8Array, status: string): void {
    if (this.has(key)) return;
    const { generation, firstNumber, lastNumber } = parseSegmentKey(key);
    const where = `group ${key[0]}, table ${key[1]}, generation ${generation}, series ${firstNumber} to ${lastNumber}`;
    this.#keys.set(textOf(key), key.slice());
    const done = `${status}: left where it is, and out of background work until a restart`;
    this.#found({ shard: this.#shard, what: 'segment', where, done });
  }
}

const textOf = (key: Uint8Array): string => String.fromCharCode(...key);
