import type { GroupPlaces } from './chosen-segments.js';
import { HeadPoints } from './head-points.js';
import { ChainColumns } from './head-reader.js';
import { CHAIN_POINTS_FORESEEN, LINES_AT_ONCE } from './limits.js';
import type { PointVisitor, TimeRange } from './point-scan.js';
import type { ShardSelection } from './selection.js';
import type { ShardSnapshot } from './shard-snapshot.js';
import { eachBySlot } from './slot-order.js';
import type { StopCheck } from './stop-check.js';

/** What is wanted of the open state of one shard. */
export interface HeadQuestion {
  selected: ShardSelection;
  snapshot: ShardSnapshot;
  range: TimeRange;
  visitor: PointVisitor;
  stop: StopCheck;
}

/**
 * Copies the open points of a shard's selected series, which are visited later, and tells the visitor how many there are. Chains are
 * measured many at a time, read ahead together and then copied: one by one each series would wait for its own memory.
 */
export class HeadScan {
  /** The series that are looked at together: where they stand in the selection, whose group's they are, their slots. */
  readonly #places = new Uint32Array(LINES_AT_ONCE);
  readonly #groups = new Uint32Array(LINES_AT_ONCE);
  readonly #slots = new Uint32Array(LINES_AT_ONCE);
  readonly #chains = new ChainColumns();
  readonly #points = new HeadPoints();

  /** Copies in place of what was copied before. False when a chain was written over meanwhile; the snapshot may know of more. */
  copy(scan: HeadQuestion, groups: readonly GroupPlaces[]): boolean {
    const { selected, stop } = scan;
    const { ids, view } = selected;
    this.#points.clear();
    let count = 0;
    let isWhole = true;
    const copySlice = (): void => {
      stop.check();
      view.head.readChains(this.#slots, count, this.#chains, stop);
      if (this.#hasOpenPoints(count, view.released)) view.head.touchChains(this.#slots, count);
      for (let i = 0; i < count; i++)
        isWhole = this.#copySeries(scan, groups[this.#groups[i]!]!, i) && isWhole;
      count = 0;
    };
    eachBySlot(selected, groups, (place, group) => {
      this.#places[count] = place;
      this.#groups[count] = group;
      this.#slots[count] = view.index.slotOf(ids.items[place]!);
      if (++count === LINES_AT_ONCE) copySlice();
    });
    if (count > 0) copySlice();
    view.head.settle(stop);
    return isWhole;
  }

  /** Whether any series of the slice has open points: of most that are asked for their past there is nothing to read ahead. */
  #hasOpenPoints(count: number, released: number): boolean {
    const [even, odd] = this.#chains.generations;
    for (let i = 0; i < count; i++) if (even[i]! > released || odd[i]! > released) return true;
    return false;
  }

  /** Copies the series that stands at `i` of the slice. False when its chain was written over. */
  #copySeries(
    { selected, snapshot, range, visitor, stop }: HeadQuestion,
    { local }: GroupPlaces,
    i: number,
  ): boolean {
    const { ids, firstOrdinal, view } = selected;
    const place = this.#places[i]!;
    const ordinal = firstOrdinal + place;
    const first = snapshot.storedGeneration(local) + 1;
    const oldest = view.index.numberOf(ids.items[place]!) < snapshot.partialBound(local) ? first + 1 : first;
    for (let generation = oldest; generation <= first + 1; generation++) {
      const arena = generation & 1;
      const count = this.#chains.generations[arena]![i] === generation ? this.#chains.counts[arena]![i]! : 0;
      if (count > 0 || generation === oldest) visitor.onOpen?.(ordinal, generation, count);
      if (count === 0) continue;
      if (count > CHAIN_POINTS_FORESEEN) stop.foresee('openPoint', count);
      stop.count(count);
      const points = this.#points;
      points.reserve(count);
      const { times, values, length } = points;
      if (view.head.copyChain(this.#slots[i]!, generation, count, times, values, length) < count)
        return false;
      points.keep(ordinal, count, range);
    }
    return true;
  }

  /** Visits what was copied. */
  visit(visitor: PointVisitor): void {
    this.#points.visit(visitor);
  }
}
