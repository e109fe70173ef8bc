import { SLOT_POINTS_MASK } from '../../native-free-core/head/head-layout.js';
import { MillraceError } from '../errors.js';
import type { LabelMatcher } from '../http/ports.js';
import { ChainColumns } from '../query/head-reader.js';
import { SeriesConditions } from '../query/label-matcher.js';
import { LINES_AT_ONCE } from '../query/limits.js';
import { Selection } from '../query/selection.js';
import type { ShardView } from '../query/shard-view.js';
import type { StopCheck } from '../query/stop-check.js';
import type { U32List } from '../query/u32-list.js';
import type { FeedBudget } from './live-budget.js';
import { ShardTail, UNKNOWN } from './shard-tail.js';

/** Which series are followed. */
export interface TailQuestion {
  metric: string;
  selectors: readonly LabelMatcher[];
}

/** Takes what a look finds. A place is a followed series, counted from 0 in the order in which they were found. */
export interface TailVisitor {
  /** New points of a series, in the order of arrival; the columns are valid until it returns. */
  onPoints(place: number, times: Float64Array, values: Float64Array, count: number): void;
  /** So many points were written over before they could be read. */
  onMissed(count: number): void;
  /** Points may have been missed, and nobody knows how many. */
  onLost(): void;
}

/**
 * Follows the series of a metric in the shards' open state: each look finds the points that came since the last one, once
 * each. A series' chain of a generation only grows, so what was read is a generation and a count (head-reader.ts has the
 * rules). The shard writes on meanwhile; nothing is registered with it, and nobody pays who isn't looked at.
 *
 * Points are lost to a look only when their generation was flushed and its arena taken again since the last one: two
 * generations were filled meanwhile, for which a shard at full load needs longer than many looks. How many they were the lines
 * know: a line counts all points that its series has had, and what of these was neither seen before nor is read now is missed.
 *
 * A shard that starts again replays its log into the same generations, so marks hold, but lines count anew. Two things can be different afterwards:
 * when it died before anything of its newest generation was in the log, that one is another, and marks beyond what is open are set to what is
 * there; and of a generation that was closed since the last look, what was stored already is not replayed. Then points may be lost without a number.
 */
export class SeriesTail {
  readonly #metric: string;
  readonly #conditions: SeriesConditions;
  readonly #budget: FeedBudget;
  readonly #shards: readonly ShardTail[];
  readonly #slice = new Uint32Array(LINES_AT_ONCE);
  readonly #chains = new ChainColumns();
  /** The shard and the id of each place. */
  readonly #series: { shard: ShardTail; id: number }[] = [];

  constructor(views: readonly ShardView[], { metric, selectors }: TailQuestion, budget: FeedBudget) {
    this.#metric = metric;
    this.#conditions = new SeriesConditions(selectors);
    this.#budget = budget;
    this.#shards = views.map((view) => new ShardTail(view));
  }

  /** Series that are followed. */
  get count(): number {
    return this.#series.length;
  }

  labelsOf(place: number): Record<string, string> {
    const { shard, id } = this.#series[place]!;
    return shard.view.index.labelsOf(id);
  }

  /** Takes in series that have come since the last call. @throws MillraceError MR_QUERY_TOO_BIG beyond FEED_SERIES_MAX */
  grow(stop: StopCheck): void {
    this.#shards[0]!.view.index.series.begin(stop);
    for (const shard of this.#shards) {
      const { view } = shard;
      const { series } = view.index;
      const metric = view.index.metric(this.#metric);
      const isSame = shard.epoch === series.reader.epoch;
      if (metric === undefined) continue;
      const count = series.reader.itemCount(metric.entry);
      if (shard.hasAll(count, series.count) && isSame) continue;
      const ids = view.index.select(metric, this.#conditions);
      if (!isSame) this.#renumber(shard, ids);
      for (let i = 0; i < ids.length; i++) {
        const id = ids.items[i]!;
        if (shard.places.has(id)) continue;
        this.#budget.takeSeries();
        shard.add(id, this.#series.length);
        this.#series.push({ shard, id });
      }
    }
  }

  #renumber(shard: ShardTail, ids: U32List): void {
    shard.epoch = shard.view.index.series.reader.epoch;
    shard.renumber(ids.items.subarray(0, ids.length));
    for (const [id, at] of shard.places) this.#series[shard.placeOf[at]!]!.id = id;
  }

  /** The followed series as a selection for a scan, which `mark`s each of them. */
  beginScan(): Selection {
    const selection = new Selection();
    for (const shard of this.#shards) {
      const { view, isSelected } = shard;
      shard.starts = view.starts;
      shard.lookedGeneration = view.head.generation;
      const metric = view.index.metric(this.#metric);
      if (isSelected && metric !== undefined) {
        selection.add(view, view.index.select(metric, this.#conditions));
      }
    }
    return selection;
  }

  /** The place of a series that a view's index calls `id`; undefined when it isn't followed. */
  placeOf(view: ShardView, id: number): number | undefined {
    const shard = this.#shards.find((each) => each.view === view);
    const at = shard?.places.get(id);
    return at === undefined ? undefined : shard!.placeOf[at];
  }

  /** Counts everything that is there as read. */
  skipAll(stop: StopCheck): void {
    for (const shard of this.#shards) {
      shard.starts = shard.view.starts;
      shard.lookedGeneration = shard.view.head.generation;
      this.#eachSlice(shard, stop, (at, i) => this.#skip(shard, at, i));
    }
  }

  #skip(shard: ShardTail, at: number, i: number): void {
    const arena = this.#newerArena(i);
    shard.generations[at] = this.#chains.generations[arena]![i]!;
    shard.counts[at] = this.#chains.counts[arena]![i]!;
    shard.totals[at] = this.#chains.totals[i]!;
  }

  /** Counts the first `count` points of a generation as read, and all of those before it. */
  mark(place: number, generation: number, count: number): void {
    const { shard, id } = this.#series[place]!;
    const at = shard.places.get(id)!;
    if (generation < shard.generations[at]!) return;
    shard.generations[at] = generation;
    shard.counts[at] = count;
    shard.totals[at] = UNKNOWN;
  }

  /** Visits what came since the last look. */
  look(visitor: TailVisitor, stop: StopCheck): void {
    for (const shard of this.#shards) {
      const { starts } = shard.view;
      const { generation } = shard.view.head;
      const hasRestarted = starts !== shard.starts;
      if (hasRestarted && generation > shard.lookedGeneration) visitor.onLost();
      this.#eachSlice(shard, stop, (at, i) => {
        // What was read of a state that is being built anew would be compared with the old one's totals.
        if (shard.view.starts !== starts) throw startedAgain();
        if (hasRestarted) this.#rebase(shard, at, i, visitor);
        this.#lookAt(shard, at, i, visitor);
      });
      shard.lookedGeneration = generation;
      shard.starts = starts;
    }
  }

  /** Goes on with a series in a state that was built anew. */
  // Four arguments: the cursor of an inner loop.
  #rebase(shard: ShardTail, at: number, i: number, visitor: TailVisitor): void {
    if (shard.generations[at]! > shard.view.head.generation) {
      this.#skip(shard, at, i);
      visitor.onLost();
    }
    shard.totals[at] = UNKNOWN;
  }

  // Four arguments: the cursor of an inner loop.
  #lookAt(shard: ShardTail, at: number, i: number, visitor: TailVisitor): void {
    const newer = this.#newerArena(i);
    const read =
      this.#readArena(shard, at, i, 1 - newer, visitor) + this.#readArena(shard, at, i, newer, visitor);
    const total = this.#chains.totals[i]!;
    const before = shard.totals[at]!;
    shard.totals[at] = total;
    if (before !== UNKNOWN) {
      const missed = (total - before - read) & SLOT_POINTS_MASK;
      if (missed > 0) visitor.onMissed(missed);
    } else if (shard.view.head.generation >= shard.lookedGeneration + 2) {
      // Its arena has been taken again since it was marked, and the line may have forgotten what was in it.
      visitor.onLost();
    }
  }

  /** Looks at all series of a shard, slice by slice; what stands at `i` of the chains is the series at `at` of the shard. */
  #eachSlice(shard: ShardTail, stop: StopCheck, visit: (at: number, i: number) => void): void {
    for (let from = 0; from < shard.placeOf.length; from += LINES_AT_ONCE) {
      const count = Math.min(LINES_AT_ONCE, shard.placeOf.length - from);
      this.#slice.set(shard.slots.subarray(from, from + count));
      shard.view.head.readChains(this.#slice, count, this.#chains, stop);
      for (let i = 0; i < count; i++) visit(from + i, i);
    }
  }

  #newerArena(i: number): 0 | 1 {
    const [first, second] = this.#chains.generations;
    return second[i]! > first[i]! ? 1 : 0;
  }

  /** Answers how many points it has read. */
  // Five arguments: the cursor of an inner loop.
  #readArena(shard: ShardTail, at: number, i: number, arena: number, visitor: TailVisitor): number {
    const generation = this.#chains.generations[arena]![i]!;
    const count = this.#chains.counts[arena]![i]!;
    const marked = shard.generations[at]!;
    if (generation < marked) return 0;
    const from = generation === marked ? shard.counts[at]! : 0;
    if (count <= from) return 0;
    shard.generations[at] = generation;
    shard.counts[at] = count;
    const { head } = shard.view;
    const copied = head.copyPart(shard.slots[at]!, generation, from, count);
    // Looked at after the copy: an arena that was not taken again until now was whole while it was copied.
    if (head.generation >= generation + 2 || copied < count - from) {
      if (shard.totals[at] === UNKNOWN) visitor.onMissed(count - from);
      return 0;
    }
    visitor.onPoints(shard.placeOf[at]!, head.times, head.values, copied);
    return copied;
  }
}

const startedAgain = (): MillraceError =>
  new MillraceError('MR_STARTING', 'A shard was started again in the middle of a look.');
