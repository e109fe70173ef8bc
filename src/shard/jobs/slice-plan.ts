import { parseSegmentKey, segmentSeekKey, tableEnd, tableKey } from '../../store/keys.js';
import { TIER_TABLES, type TierTable } from '../../store/tier-tables.js';
import type { JobHost } from './job-host.js';
import type { SegmentRef } from './segment-ref.js';

export const DAY_MS = 86_400_000;

/** Series [first, end) of a group over the days [firstDay, endDay). */
interface Part {
  local: number;
  first: number;
  end: number;
  firstDay: number;
  endDay: number;
}

/** A part that is small enough for one transaction, with its segments by tier, by generation and then by number. */
export interface SlicePart extends Part {
  segments: SegmentRef[][];
}

/** Which series are meant, by group and number. */
export type SeriesChoice = (local: number, number: number) => boolean;

/**
 * Cuts what is stored of some series in a range of time into parts that are rewritten one by one: whole days, so that no window of
 * any tier lies in two of them, not too many, and few enough bytes for one transaction, unless a day of one series has more. Halves
 * what is too large, days first.
 */
export class SlicePlan {
  readonly #host: JobHost;
  readonly #isChosen: SeriesChoice;
  readonly #parts: Part[] = [];

  constructor(host: JobHost, isChosen: SeriesChoice, startMs: number, endMs: number) {
    this.#host = host;
    this.#isChosen = isChosen;
    for (const local of host.books.groups.keys()) this.#addGroup(local, startMs, endMs);
  }

  /** The next part that has something in it; undefined at the end. Looks at one part a call: 'none' means that it was empty. */
  next(): SlicePart | 'none' | undefined {
    const part = this.#parts.pop();
    if (part === undefined) return undefined;
    if (!this.#hasChosen(part)) return 'none';
    const days = part.endDay - part.firstDay;
    const series = part.end - part.first;
    const segments = this.#segmentsOf(part, days > 1 || series > 1);
    if (segments?.every((ofTier) => ofTier.length === 0)) return 'none';
    if (segments !== undefined && days <= PART_DAYS_MAX) return { ...part, segments };
    this.#halve(part);
    return 'none';
  }

  #addGroup(local: number, startMs: number, endMs: number): void {
    const group = this.#groupOf(local);
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const tier of TIER_TABLES) {
      this.#host.store.forEachKey(tableKey(group, tier.table), tableEnd(group, tier.table), (key) => {
        const { endMs: lastMs } = parseSegmentKey(key);
        oldestMs = Math.min(oldestMs, Math.floor(lastMs / tier.stretchMs) * tier.stretchMs);
        return false;
      });
    }
    const firstDay = Math.floor(Math.max(startMs, oldestMs) / DAY_MS);
    const endDay = Math.ceil(endMs / DAY_MS);
    if (!(firstDay < endDay)) return;
    const series = this.#host.groupSeries(group);
    const { laneSeries } = this.#host.bounds;
    for (let first = 0; first < series; first += laneSeries) {
      const end = Math.min(series, first + laneSeries);
      this.#parts.push({ local, first, end, firstDay, endDay });
    }
  }

  #groupOf(local: number): number {
    return this.#host.map.firstGroup(this.#host.shard) + local;
  }

  #hasChosen({ local, first, end }: Part): boolean {
    for (let number = first; number < end; number++) if (this.#isChosen(local, number)) return true;
    return false;
  }

  /** Undefined when they are too many bytes, if they may be. */
  #segmentsOf(part: Part, mayBeLess: boolean): SegmentRef[][] | undefined {
    let bytes = 0;
    const segments: SegmentRef[][] = [];
    for (const tier of TIER_TABLES) {
      const ofTier = this.#listTier(part, tier, mayBeLess);
      for (const { key } of ofTier) {
        bytes += this.#host.store.get(key)?.length ?? 0;
        if (mayBeLess && bytes > this.#host.bounds.jobBytes) return undefined;
      }
      segments.push(ofTier.sort((a, b) => a.generation - b.generation || a.firstNumber - b.firstNumber));
    }
    return segments;
  }

  #listTier(part: Part, tier: TierTable, mayBeLess: boolean): SegmentRef[] {
    const { local, first, end, firstDay, endDay } = part;
    const { store, quarantine, bounds } = this.#host;
    const group = this.#groupOf(local);
    const startMs = firstDay * DAY_MS;
    const endMs = endDay * DAY_MS;
    // Segments lie within a stretch, so none that begins before the end ends behind the stretch of that.
    const lastMs = Math.ceil(endMs / tier.stretchMs) * tier.stretchMs;
    const segments: SegmentRef[] = [];
    const from = segmentSeekKey(group, tier.table, startMs);
    store.forEachKey(from, segmentSeekKey(group, tier.table, lastMs), (key) => {
      const range = parseSegmentKey(key);
      const isOther = range.startMs >= endMs || range.lastNumber < first || range.firstNumber >= end;
      if (!isOther && !quarantine.has(key)) segments.push({ key: key.slice(), ...range });
      // More than a part may have by far: it is halved anyhow, if it can be.
      return !mayBeLess || segments.length * MIN_SEGMENT_BYTES < bounds.jobBytes;
    });
    return segments;
  }

  #halve(part: Part): void {
    const { first, end, firstDay, endDay } = part;
    if (endDay - firstDay > 1) {
      const middle = Math.floor((firstDay + endDay) / 2);
      this.#parts.push({ ...part, firstDay: middle }, { ...part, endDay: middle });
      return;
    }
    const middle = Math.floor((first + end) / 2);
    this.#parts.push({ ...part, first: middle }, { ...part, end: middle });
  }
}

/**
 * A series' windows over a part are decided in one step, and an ACK waits for that: 14,000 cells, some 20 ms. Shorter parts would
 * write the segments of an hour's and a day's windows, whose stretches are longer, anew too often.
 */
const PART_DAYS_MAX = 8;

/** No segment is shorter. */
const MIN_SEGMENT_BYTES = 32;
