import { parseSegmentKey, segmentSeekKey, tableEnd } from '../store/keys.js';
import type { StoreReader } from '../store/shard-store.js';
import type { GroupRecords } from './group-records.js';
import { KEYS_AT_ONCE, KNOWN_TABLE_SEGMENTS_MAX } from './limits.js';
import type { StopCheck } from './stop-check.js';

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

/** Where keys are read that are not known, and who is told how many. */
export interface KeySource {
  /** A transaction that shows the version. */
  reader(): StoreReader;
  stop: StopCheck | undefined;
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

  /**
   * Calls back with the segments of a group's table that may reach `startMs` or further, in the order of keys.
   * @throws what `stop` does behind a few of them that are read
   */
  // Five arguments: where to look, from when on, and with whom; a call a table.
  forEachSegment(
    group: number,
    table: number,
    startMs: number,
    source: KeySource,
    visit: (segment: StoredSegment) => void,
  ): void {
    const place = placeOf(group, table);
    let known = this.#tables.get(place);
    if (known === 'asked') {
      known = allOf(group, table, source);
      this.#tables.set(place, known);
    }
    // In a store that changes all the time each version is asked once, and no table is read whole for an hour of it.
    if (known === undefined) this.#tables.set(place, 'asked');
    if (known === undefined || known === 'large') {
      return forEachStored(group, table, startMs, source, visit);
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
  source: KeySource,
  visit: (segment: StoredSegment) => void,
): void {
  forEachKey(segmentSeekKey(group, table, startMs), tableEnd(group, table), source, (segment) => {
    visit(segment);
    return true;
  });
}

function allOf(group: number, table: number, source: KeySource): StoredSegment[] | 'large' {
  const all: StoredSegment[] = [];
  forEachKey(Uint8Array.of(group, table), tableEnd(group, table), source, (segment) => {
    return all.push(segment) <= KNOWN_TABLE_SEGMENTS_MAX;
  });
  return all.length > KNOWN_TABLE_SEGMENTS_MAX ? 'large' : all;
}

/** Reads segments' keys until `visit` answers false. A table may have any number, so it is told of some at a time. */
// Four arguments: from where to where, and with whom.
function forEachKey(
  start: Uint8Array,
  end: Uint8Array,
  { reader, stop }: KeySource,
  visit: (segment: StoredSegment) => boolean,
): void {
  let keys = 0;
  reader().forEachKey(start, end, (key) => {
    if (++keys % KEYS_AT_ONCE === 0) {
      stop?.foresee('key', KEYS_AT_ONCE);
      stop?.check();
    }
    return visit(segmentOf(key));
  });
  stop?.foresee('key', keys % KEYS_AT_ONCE);
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
