import { parseSegmentKey, segmentSeekKey, tableEnd } from '../store/keys.js';
import type { StoreReader } from '../store/shard-store.js';
import type { GroupRecords } from './group-records.js';
import { KNOWN_TABLE_SEGMENTS_MAX } from './limits.js';

/** A stored segment by its key. */
export interface StoredSegment {
  key: Uint8Array;
  /** The key as a text, to remember things by. */
  name: string;
  startMs: number;
  endMs: number;
  generation: number;
  firstNumber: number;
  lastNumber: number;
}

/**
 * What a thread remembers of a shard's store as of one version of it (src/store/store-mark.ts): the groups' records, and the keys of
 * tables that were asked for more than once. Reading them takes longer than a small question does otherwise.
 */
export class KnownStore {
  /** Undefined where it is not known: then this is good for one question. */
  readonly version: number | undefined;
  readonly records: GroupRecords;
  /** Segments of a group's table in the order of keys, which is that of their ends; or that it was asked for once, or is too large. */
  readonly #tables = new Map<number, readonly StoredSegment[] | 'asked' | 'large'>();

  constructor(version: number | undefined, records: GroupRecords) {
    this.version = version;
    this.records = records;
  }

  /** Whether the segments of a table are told without the store. */
  knows(group: number, table: number): boolean {
    return Array.isArray(this.#tables.get(placeOf(group, table)));
  }

  /** Calls back with the segments of a group's table that may reach `startMs` or further, in the order of keys. */
  // Five arguments: where to look, from when on, and with whom; a call a table.
  forEachSegment(
    group: number,
    table: number,
    startMs: number,
    reader: () => StoreReader,
    visit: (segment: StoredSegment) => void,
  ): void {
    const place = placeOf(group, table);
    let known = this.#tables.get(place);
    if (known === 'asked') {
      known = allOf(group, table, reader());
      this.#tables.set(place, known);
    }
    // In a store that changes all the time each version is asked once, and no table is read whole for an hour of it.
    if (known === undefined) this.#tables.set(place, 'asked');
    if (known === undefined || known === 'large') {
      return forEachStored(group, table, startMs, reader(), visit);
    }
    for (let i = firstEndingFrom(known, Math.floor(startMs)); i < known.length; i++) visit(known[i]!);
  }
}

const placeOf = (group: number, table: number): number => group * 256 + table;

/** The same from the store. */
// Five arguments: as above.
function forEachStored(
  group: number,
  table: number,
  startMs: number,
  reader: StoreReader,
  visit: (segment: StoredSegment) => void,
): void {
  reader.forEachKey(segmentSeekKey(group, table, startMs), tableEnd(group, table), (key) => {
    visit(segmentOf(key));
    return true;
  });
}

function allOf(group: number, table: number, reader: StoreReader): StoredSegment[] | 'large' {
  const all: StoredSegment[] = [];
  reader.forEachKey(Uint8Array.of(group, table), tableEnd(group, table), (key) => {
    return all.push(segmentOf(key)) <= KNOWN_TABLE_SEGMENTS_MAX;
  });
  return all.length > KNOWN_TABLE_SEGMENTS_MAX ? 'large' : all;
}

/** `key` is valid until the next one is read. */
function segmentOf(key: Uint8Array): StoredSegment {
  return {
    key: new Uint8Array(key),
    name: Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1'),
    ...parseSegmentKey(key),
  };
}

function firstEndingFrom(segments: readonly StoredSegment[], timeMs: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.endMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
