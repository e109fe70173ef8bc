import {
  POINTS_BASE_MS,
  POINTS_COUNT,
  POINTS_PRODUCER,
  POINTS_SEQ,
  POINTS_SLOTS,
  pointsTimesOffset,
  pointsValuesOffset,
  TIMES_BASE,
  TIMES_DELTA,
  timeFormOf,
} from '../../native-free-core/entry/entry-layout.js';
import type { EntryViews } from '../../native-free-core/head/head-writer.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import { generationOfLogKey } from '../../src/store/keys.js';
import { LogValueReader } from '../../src/store/log-value.js';
import type { WindowRecord } from '../../src/store/records.js';
import type { StoreChange } from './memory-store.js';
import { law } from './sim-failure.js';

/** A point of the log and where it lies. */
export interface LoggedPoint {
  readonly value: number;
  readonly timeMs: number;
  readonly slot: number;
  readonly generation: number;
  readonly group: number;
  readonly number: number;
}

/** The batches of one producer that a group has. */
class SeenBatches {
  readonly #contiguous: number;
  readonly #above = new Set<number>();

  constructor({ contiguous, low, high }: Pick<WindowRecord, 'contiguous' | 'low' | 'high'>) {
    this.#contiguous = contiguous;
    for (let i = 0; i < 64; i++) {
      const word = i < 32 ? low : high;
      if (((word >>> (i & 31)) & 1) === 1) this.#above.add(contiguous + 1 + i);
    }
  }

  has(seq: number): boolean {
    return seq <= this.#contiguous || this.#above.has(seq);
  }

  add(seq: number): void {
    this.#above.add(seq);
  }
}

/**
 * The points in one shard's log, kept up to date with each transaction. A batch that comes again because some groups lack it, which
 * came from another shard when workers changed, stands there as a whole and is meant for those alone.
 */
export class LogView {
  readonly #shard: number;
  readonly #map: ShardMap;
  readonly #reader = new LogValueReader();
  readonly #log = new Map<string, LoggedPoint[]>();
  readonly #byValue = new Map<number, LoggedPoint[]>();
  /** By group and producer. */
  readonly #seen = new Map<string, SeenBatches>();

  constructor(shard: number, map: ShardMap) {
    this.#shard = shard;
    this.#map = map;
  }

  /** What a group had of a producer before the log began. */
  restore(group: number, producer: number, window: WindowRecord): void {
    this.#seen.set(`${group}/${producer}`, new SeenBatches(window));
  }

  /** Values of the log. */
  get size(): number {
    return this.#log.size;
  }

  *points(): Generator<LoggedPoint> {
    for (const points of this.#log.values()) yield* points;
  }

  pointsOf(value: number): readonly LoggedPoint[] {
    return this.#byValue.get(value) ?? [];
  }

  /** Takes a change of the log. Answers the points that it is about. */
  take({ key, before, after }: StoreChange): readonly LoggedPoint[] {
    const name = Buffer.from(key).toString('hex');
    law(before === undefined || after === undefined, 'a value of the log was overwritten');
    return after !== undefined ? this.#add(name, generationOfLogKey(key), after) : this.#remove(name);
  }

  #add(name: string, generation: number, value: Uint8Array): readonly LoggedPoint[] {
    law(this.#reader.open(value), 'a value of the log does not read');
    const points: LoggedPoint[] = [];
    for (let entry = this.#reader.next(); entry !== undefined; entry = this.#reader.next()) {
      const lacks = this.#groupsThatLack(entry.u32[POINTS_PRODUCER >> 2]!, entry.f64[POINTS_SEQ >> 3]!);
      forEachPoint(entry, (slot, timeMs, v) => {
        const group = this.#map.groupOfSlot(this.#shard, slot);
        if (!lacks.has(group)) return;
        const number = this.#map.numberOfSlot(this.#shard, slot);
        const point = { value: v, timeMs, slot, generation, group, number };
        points.push(point);
        const same = this.#byValue.get(v);
        if (same === undefined) this.#byValue.set(v, [point]);
        else same.push(point);
      });
    }
    const isTrue = points.length === this.#reader.points;
    law(isTrue, 'a value of the log says another number of points than it holds');
    this.#log.set(name, points);
    return points;
  }

  /** The groups that have not had a batch; they have it from now on. */
  #groupsThatLack(producer: number, seq: number): ReadonlySet<number> {
    const groups = new Set<number>();
    const first = this.#map.firstGroup(this.#shard);
    for (let group = first; group < first + this.#map.groupCount(this.#shard); group++) {
      const name = `${group}/${producer}`;
      const seen = this.#seen.get(name) ?? new SeenBatches({ contiguous: 0, low: 0, high: 0 });
      const isNamed = producer !== 0;
      if (isNamed && seen.has(seq)) continue;
      if (isNamed) seen.add(seq);
      this.#seen.set(name, seen);
      groups.add(group);
    }
    return groups;
  }

  #remove(name: string): readonly LoggedPoint[] {
    const points = this.#log.get(name) ?? [];
    for (const point of points) {
      const rest = this.#byValue.get(point.value)!.filter((other) => other !== point);
      if (rest.length === 0) this.#byValue.delete(point.value);
      else this.#byValue.set(point.value, rest);
    }
    this.#log.delete(name);
    return points;
  }
}

/** Walks the points of a points entry at the begin of `entry`. */
function forEachPoint(entry: EntryViews, visit: (slot: number, timeMs: number, value: number) => void): void {
  const { u32, i32, f64 } = entry;
  const count = u32[POINTS_COUNT >> 2]!;
  const form = timeFormOf(u32[1]!);
  const baseMs = f64[POINTS_BASE_MS >> 3]!;
  const times = pointsTimesOffset(count);
  const values = pointsValuesOffset(count, form) >> 3;
  for (let i = 0; i < count; i++) {
    const timeMs =
      form === TIMES_BASE
        ? baseMs
        : form === TIMES_DELTA
          ? baseMs + i32[(times >> 2) + i]!
          : f64[(times >> 3) + i]!;
    visit(u32[(POINTS_SLOTS >> 2) + i]!, timeMs, f64[values + i]!);
  }
}
