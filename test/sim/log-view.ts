import {
  POINTS_BASE_MS,
  POINTS_COUNT,
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

/** The points in one shard's log, kept up to date with each transaction. */
export class LogView {
  readonly #shard: number;
  readonly #map: ShardMap;
  readonly #reader = new LogValueReader();
  readonly #log = new Map<string, LoggedPoint[]>();
  readonly #byValue = new Map<number, LoggedPoint[]>();

  constructor(shard: number, map: ShardMap) {
    this.#shard = shard;
    this.#map = map;
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
      forEachPoint(entry, (slot, timeMs, v) => {
        const group = this.#map.groupOfSlot(this.#shard, slot);
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
