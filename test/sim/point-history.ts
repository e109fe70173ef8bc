/**
 * A point that a flush stored. `isKept`: it is in a segment of points still; else it went, and `fate` says how: a point that
 * retention took lives on in cells, one that was deleted nowhere, and of some nobody outside can tell which it was.
 */
export interface StoredPoint {
  readonly group: number;
  readonly number: number;
  readonly timeMs: number;
  readonly value: number;
  isKept: boolean;
  fate: 'live' | 'deleted' | 'unsure';
}

/** All points that were ever stored in a shard, by series, in the order of arrival but for those of one flush. */
export class PointHistory {
  /** Points that were stored. */
  size = 0;
  readonly #series = new Map<string, StoredPoint[]>();

  add(point: Omit<StoredPoint, 'isKept' | 'fate'>): void {
    this.size++;
    const name = `${point.group}/${point.number}`;
    const stored: StoredPoint = { ...point, isKept: true, fate: 'live' };
    const own = this.#series.get(name);
    if (own === undefined) this.#series.set(name, [stored]);
    else own.push(stored);
  }

  /** Begins with what others know of the series that `owns` names. */
  inherit(other: PointHistory, owns: (series: string) => boolean): void {
    for (const [series, points] of other.#series) {
      if (!owns(series)) continue;
      this.#series.set(
        series,
        points.map((point) => ({ ...point })),
      );
      this.size += points.length;
    }
  }

  /** Those of a series, by its group and number. */
  of(series: string): readonly StoredPoint[] {
    return this.#series.get(series) ?? [];
  }

  all(): IterableIterator<[series: string, points: readonly StoredPoint[]]> {
    return this.#series.entries();
  }
}
