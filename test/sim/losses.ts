import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import { RAW_TIER, TIER_TABLES, type TierTable } from '../../src/store/tier-tables.js';
import type { Keeping } from './keeping.js';
import type { PointBook } from './point-book.js';
import type { PointHistory } from './point-history.js';
import type { SeriesLedger } from './series-ledger.js';
import { type BegunDelete, INHERITED, isInRange, type ShardDeletes, type SimDelete } from './sim-delete.js';
import { law } from './sim-failure.js';
import { type SegmentChanges, type StoredSegments, type TierPlace, windowName } from './stored-segments.js';

/** What the judge of losses looks at. */
export interface LossParts {
  readonly book: PointBook;
  readonly series: SeriesLedger;
  readonly history: PointHistory;
  readonly segments: StoredSegments;
  readonly keeping: Keeping;
  readonly deletes: ShardDeletes;
}

/** The windows and series that are not whole any more, by their names. */
export interface LossMarks {
  readonly partial: ReadonlySet<string>;
  readonly partialSeries: ReadonlySet<string>;
  readonly deleted: ReadonlySet<string>;
}

/**
 * Judges what leaves a shard's store. A point, and what a window of a tier says of it, goes for one of three reasons: it is too old
 * for that tier, a delete that has begun names it, or its tier has more bytes than it may. Windows that have lost points for their
 * age or size say less than there was from then on; all others must tell of every point.
 */
export class Losses {
  /** Points that went. */
  points = 0;
  /** Segments that went because their tier had too many bytes. */
  bySize = 0;
  readonly #parts: LossParts;
  readonly #partial = new Set<string>();
  /** Tier and series of each window that was partial ever. */
  readonly #partialSeries = new Set<string>();
  readonly #deleted = new Set<string>();

  constructor(parts: LossParts) {
    this.#parts = parts;
  }

  /** As they are now. */
  get marks(): LossMarks {
    return {
      partial: new Set(this.#partial),
      partialSeries: new Set(this.#partialSeries),
      deleted: new Set(this.#deleted),
    };
  }

  /** Begins with what others know of the series that `owns` names. */
  inherit(marks: LossMarks, owns: (series: string) => boolean): void {
    const keep = (from: ReadonlySet<string>, to: Set<string>, at: number): void => {
      for (const name of from) if (owns(name.split(' ')[at]!)) to.add(name);
    };
    keep(marks.partial, this.#partial, 1);
    keep(marks.partialSeries, this.#partialSeries, 1);
    keep(marks.deleted, this.#deleted, 0);
  }

  /** Whether a window may say less than its points, or tell of some that were deleted. */
  isPartial(name: string): boolean {
    return this.#partial.has(name);
  }

  isSeriesPartial(tier: TierTable, series: string): boolean {
    return this.#partialSeries.has(`${tier.name} ${series}`);
  }

  /** Whether a delete has named the series. */
  isTouched(series: string): boolean {
    return this.#deleted.has(series) || this.#parts.deletes.begun.some((each) => this.#names(each, series));
  }

  /** Whether a delete is at work on a window of a series. */
  isAtWork(series: string, startMs: number, endMs: number): boolean {
    return this.#parts.deletes.begun.some(
      (each) => this.#names(each, series) && each.startMs < endMs && each.endMs > startMs,
    );
  }

  /** Judges a transaction. */
  take({ moved, shrunk }: SegmentChanges): void {
    const { keeping } = this.#parts;
    const tooLarge = new Set(
      shrunk.filter(({ tier, bytesBefore }) => bytesBefore > keeping.bytesMax[tier.tier]!).map((s) => s.tier),
    );
    const bySize = new Set<TierTable>();
    for (const { place, by } of moved) {
      if (by > 0) this.#gain(place, by);
      else if (by < 0 && this.#lose(place, -by, tooLarge.has(place.tier)) === 'size') bySize.add(place.tier);
    }
    for (const each of shrunk) if (bySize.has(each.tier)) this.#judgeSize(each);
  }

  /** A window that is partial may be made anew from a finer tier that has more; nothing else is ever there twice. */
  #gain({ name, tier, series }: TierPlace, by: number): void {
    law(tier.tier !== RAW_TIER && this.#partial.has(name), () => {
      return `${name} of ${this.#textOf(series)} gained ${by} points in ${tier.name}`;
    });
  }

  #lose(place: TierPlace, count: number, isTooLarge: boolean): 'size' | 'other' {
    const { name, tier, series, timeMs } = place;
    const text = this.#textOf(series);
    const isPoint = tier.tier === RAW_TIER;
    const endMs = isPoint ? timeMs : timeMs + tier.windowMs;
    const mayGoMs = this.#parts.keeping.mayGoBeforeMs(text, tier.tier);
    const isOld = isPoint ? endMs < mayGoMs : endMs <= mayGoMs;
    const isDeleted = isPoint
      ? this.#parts.deletes.mayTake(groupOf(series), text, {
          timeMs,
          takenAt: this.#parts.book.get(place.value)!.firstTakenAt,
        })
      : this.isAtWork(series, timeMs, endMs);
    law(isOld || isDeleted || isTooLarge, () => {
      return `${name} of ${text} lost ${count} points in ${tier.name}, which keeps what ends after ${mayGoMs}`;
    });
    const isSwept = isOld || isTooLarge;
    if (isPoint) this.#losePoints(place, count, isDeleted ? (isSwept ? 'unsure' : 'deleted') : 'live');
    else if (isSwept) this.#makePartial(tier, series, timeMs);
    return !isOld && !isDeleted ? 'size' : 'other';
  }

  #losePoints(
    { series, value, timeMs }: TierPlace,
    count: number,
    fate: 'live' | 'deleted' | 'unsure',
  ): void {
    const { book, history } = this.#parts;
    let left = count;
    for (const point of history.of(series)) {
      if (left === 0) break;
      if (!point.isKept || point.value !== value || point.timeMs !== timeMs) continue;
      point.isKept = false;
      point.fate = fate;
      left--;
    }
    this.points += count;
    book.get(value)!.hasGone = true;
  }

  /** The oldest stretch goes first, and no more of it than must. */
  #judgeSize({ tier, removed, bytesBefore }: SegmentChanges['shrunk'][number]): void {
    const { segments, keeping } = this.#parts;
    const oldestMs = segments.oldestStretchMs(tier, removed);
    let bytes = 0;
    let largest = 0;
    for (const each of removed) {
      const isOldest = windowStartOf(each.endMs, tier.stretchMs) === oldestMs;
      law(isOldest, `a sweep by size took from ${tier.name} what is not of its oldest stretch`);
      bytes += each.bytes;
      largest = Math.max(largest, each.bytes);
    }
    const excess = bytesBefore - keeping.bytesMax[tier.tier]!;
    law(
      bytes - largest < excess,
      `a sweep by size took ${bytes} bytes of ${tier.name} where ${excess} were too many`,
    );
    this.bySize += removed.length;
  }

  /** A delete has ended: what was accepted before it was asked for is gone from everywhere. */
  end({ wanted, groups, life }: BegunDelete, countOf: (value: number) => number): void {
    const { book, series } = this.#parts;
    // One that was begun in several stores which are one now ends group by group.
    const placeOf = (text: string): string | undefined => {
      const place = series.placeOf(text);
      const isMeant = place !== undefined && (life !== INHERITED || groups.has(groupOf(place)));
      return isMeant ? place : undefined;
    };
    for (const text of wanted.texts) {
      const place = placeOf(text);
      if (place === undefined) continue;
      this.#deleted.add(place);
      this.#loosen(wanted, place);
      this.#settle(wanted, place);
      this.#forget(wanted, place);
    }
    for (const point of book.all()) {
      const isMeant = wanted.texts.has(point.series) && placeOf(point.series) !== undefined;
      if (!isMeant || point.accepted === 0 || point.takenAt >= wanted.askedAt) continue;
      const times = point.timeMs === undefined ? point.arrivals : [point.timeMs];
      if (!times.every((timeMs) => isInRange(wanted, timeMs))) continue;
      point.deletedAt = wanted.askedAt;
      law(
        countOf(point.value) === 0,
        () => `value ${point.value} of ${point.series} is there after its delete`,
      );
    }
  }

  /** A window that the range cuts tells of the deleted points on, if the finer tier has not all of its points any more. */
  #loosen(wanted: SimDelete, series: string): void {
    for (const tier of TIER_TABLES.slice(1)) {
      const finer = TIER_TABLES[tier.tier - 1]!;
      for (const { timeMs, isKept, fate } of this.#parts.history.of(series)) {
        const startMs = windowStartOf(timeMs, tier.windowMs);
        const endMs = startMs + tier.windowMs;
        const isCut = startMs < wanted.endMs && endMs > wanted.startMs && !isWithin(wanted, startMs, endMs);
        if (!isCut) continue;
        const isMissing =
          finer.tier === RAW_TIER
            ? !isKept && fate !== 'deleted'
            : this.#partial.has(windowName(finer, series, timeMs));
        if (isMissing) this.#makePartial(tier, series, timeMs);
      }
    }
  }

  #settle(wanted: SimDelete, series: string): void {
    const { book, history } = this.#parts;
    for (const point of history.of(series)) {
      if (!isInRange(wanted, point.timeMs)) continue;
      if (book.get(point.value)!.takenAt < wanted.askedAt) point.fate = 'deleted';
      else if (!point.isKept && point.fate === 'live') point.fate = 'unsure';
    }
  }

  /** Windows that are deleted as a whole are gone, whatever they were. */
  #forget(wanted: SimDelete, series: string): void {
    for (const tier of TIER_TABLES.slice(1)) {
      const empty = new Set<string>();
      const other = new Set<string>();
      for (const { timeMs, fate } of this.#parts.history.of(series)) {
        const startMs = windowStartOf(timeMs, tier.windowMs);
        const isGone = fate === 'deleted' && isWithin(wanted, startMs, startMs + tier.windowMs);
        (isGone ? empty : other).add(windowName(tier, series, timeMs));
      }
      for (const name of empty) if (!other.has(name)) this.#partial.delete(name);
    }
  }

  #makePartial(tier: TierTable, series: string, timeMs: number): void {
    this.#partial.add(windowName(tier, series, timeMs));
    this.#partialSeries.add(`${tier.name} ${series}`);
  }

  #names({ texts }: SimDelete, series: string): boolean {
    return texts.has(this.#textOf(series));
  }

  #textOf(series: string): string {
    const [group, number] = series.split('/').map(Number) as [number, number];
    return this.#parts.series.textOf(group, number)!;
  }
}

const groupOf = (series: string): number => Number(series.slice(0, series.indexOf('/')));

const isWithin = (wanted: SimDelete, startMs: number, endMs: number): boolean =>
  startMs >= wanted.startMs && endMs <= wanted.endMs;
