import type { SimRandom } from './sim-random.js';

/** A point that some producer made, and what became of it as far as frames tell. No two have the same value. */
export interface SimPoint {
  readonly value: number;
  readonly series: string;
  /** Undefined: it gets the time of its arrival, that of one of `arrivals`. */
  readonly timeMs: number | undefined;
  readonly arrivals: number[];
  /** Its producer has a name, so that resending it must not double it. */
  readonly named: boolean;
  /** How often a batch was taken in which it was to be accepted, and in which it was to be refused. */
  accepted: number;
  refused: number;
  /** A durable ACK said that it is accepted: from then on it must be there. */
  acked: boolean;
  /** An ACK from memory said so in this epoch of the process; only a crash of the whole process may take it away. */
  takenInEpoch: number;
  /** When it was accepted last, and when a delete that took it was asked for; both by `PointBook.tick`. */
  takenAt: number;
  /** When it was accepted first; 0: it was not. A batch that is sent again and refused then moves `takenAt` alone. */
  firstTakenAt: number;
  deletedAt: number;
  /** It was stored and has gone as it may: for its age, by a delete, or because its tier was too large. */
  hasGone: boolean;
  /** Its producer was told of it by an engine whose folder was then restored from a backup that is older. */
  isLost: boolean;
}

/** By value. */
export type SavedPoints = ReadonlyMap<number, SimPoint>;

/** All points of a run, by their values: what is found in a store needs no other name. */
export class PointBook {
  readonly #points = new Map<number, SimPoint>();
  readonly #random: SimRandom;
  #next = 1;
  #ticks = 0;

  constructor(random: SimRandom) {
    this.#random = random;
  }

  get size(): number {
    return this.#points.size;
  }

  /** Counts what happens to points: which of two things came first. */
  tick(): number {
    return ++this.#ticks;
  }

  /** Makes a point. `form` chooses how its value looks: whole numbers, or fractions that need 32 or 64 bits. */
  add(series: string, timeMs: number | undefined, named: boolean, form = this.#random.int(4)): SimPoint {
    const id = this.#next++;
    const value = form === 0 ? id : form === 1 ? -id - 0.5 : form === 2 ? id + 1 / 3 : id * 1_000 + 0.25;
    const point: SimPoint = {
      value,
      series,
      timeMs,
      arrivals: [],
      named,
      accepted: 0,
      refused: 0,
      acked: false,
      takenInEpoch: -1,
      takenAt: 0,
      firstTakenAt: 0,
      deletedAt: 0,
      hasGone: false,
      isLost: false,
    };
    this.#points.set(value, point);
    return point;
  }

  /** What became of all points, as it is now. */
  save(): SavedPoints {
    return new Map(
      [...this.#points].map(([value, point]) => [value, { ...point, arrivals: [...point.arrivals] }]),
    );
  }

  /**
   * The engine's folder is again what it was when points were saved so. `fateOf` says of a point whether it is in that folder, or
   * has been and has gone.
   */
  restore(saved: SavedPoints, fateOf: (value: number) => 'there' | 'gone' | 'never'): void {
    for (const point of this.#points.values()) {
      const before = saved.get(point.value);
      const wasTold = point.accepted + point.refused > 0;
      const fate = fateOf(point.value);
      const isSure = before?.acked === true || fate === 'there';
      point.accepted = fate === 'never' ? 0 : (before?.accepted ?? 0);
      point.acked = isSure;
      point.takenInEpoch = -1;
      point.takenAt = before?.takenAt ?? 0;
      point.firstTakenAt = before?.firstTakenAt ?? 0;
      point.hasGone = fate === 'gone';
      if (fate !== 'gone') point.deletedAt = before?.deletedAt ?? 0;
      if (point.timeMs === undefined && before !== undefined) point.arrivals.splice(before.arrivals.length);
      point.isLost ||= wasTold && !isSure;
    }
  }

  get(value: number): SimPoint | undefined {
    return this.#points.get(value);
  }

  all(): IterableIterator<SimPoint> {
    return this.#points.values();
  }
}

/** Whether a stored time is one that the point may have. */
export function isTimeOf(point: SimPoint, timeMs: number): boolean {
  return point.timeMs === undefined ? point.arrivals.includes(timeMs) : point.timeMs === timeMs;
}

/** How often a point may be stored. */
export function countMax(point: SimPoint): number {
  if (point.takenAt < point.deletedAt) return 0;
  return point.named ? Math.min(1, point.accepted) : point.accepted;
}

/**
 * Whether it must be stored. A named producer's batch may be taken twice when a crash came between the shards; a
 * point that only one of the two takings accepts (its time has become too old, say) may be there or not.
 */
export function mustBeThere(point: SimPoint, epoch: number): boolean {
  if (point.named && point.refused > 0) return false;
  if (point.hasGone) return false;
  return point.acked || point.takenInEpoch === epoch;
}
