import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import { parseSegmentKey } from '../../src/store/keys.js';
import { decodeTierRecord, emptyTierRecord } from '../../src/store/records.js';
import { TABLE_FRESH } from '../../src/store/store-layout.js';
import { RAW_TIER, TIER_TABLES, type TierTable } from '../../src/store/tier-tables.js';
import type { StoreChange } from './memory-store.js';
import { readPointSegment, readRollupSegment, type StoredRun } from './read-segment.js';
import { law } from './sim-failure.js';

/** How many points of a series some place of a tier holds: a window, or in raw the point itself. */
export interface TierPlace {
  readonly name: string;
  readonly tier: TierTable;
  /** Group and number. */
  readonly series: string;
  /** Where the window begins; of a point its time. */
  readonly timeMs: number;
  /** Of a point. */
  readonly value: number;
}

/** The name of a window of a series in a tier. */
export const windowName = (tier: TierTable, series: string, timeMs: number): string =>
  `${tier.name} ${series} ${windowStartOf(timeMs, tier.windowMs)}`;

/** A segment of a tier, or of FRESH, and what it holds of each place. */
interface StoredSegment {
  readonly group: number;
  /** Undefined: it is fresh. */
  readonly tier: TierTable | undefined;
  readonly bytes: number;
  readonly rows: number;
  readonly endMs: number;
  readonly places: Map<string, { place: TierPlace; count: number }>;
  /** Group and number of the series in it. */
  readonly series: ReadonlySet<string>;
}

/** What a transaction changed in the segments. */
export interface SegmentChanges {
  /** Points of flushes. */
  readonly fresh: readonly StoredRun[];
  /** Places that have gained or lost points, other than by a flush: a compaction moves what is fresh to each tier. */
  readonly moved: readonly { place: TierPlace; by: number }[];
  /** Tiers from which segments went and to which none came. */
  readonly shrunk: readonly { tier: TierTable; removed: readonly StoredSegment[]; bytesBefore: number }[];
}

/** All segments of one shard's store: what is in them, and what each transaction does to that. */
export class StoredSegments {
  /** Points in segments of points. */
  points = 0;
  readonly #segments = new Map<string, StoredSegment>();
  readonly #counts = new Map<string, { segments: number; bytes: number; rows: number }>();

  /** Takes the changes of segments of one transaction. */
  take(changes: readonly StoreChange[]): SegmentChanges {
    const fresh: StoredRun[] = [];
    const moved = new Map<string, { place: TierPlace; by: number }>();
    const removed = new Map<TierTable, StoredSegment[]>();
    const grown = new Set<TierTable>();
    const bytesBefore = TIER_TABLES.map((tier) => this.bytesOf(tier));
    for (const { key, before, after } of changes) {
      const table = key[1]!;
      law(before === undefined || after === undefined, `a segment of table ${table} was overwritten`);
      const name = Buffer.from(key).toString('hex');
      const segment = after === undefined ? this.#segments.get(name)! : readSegment(key, after, fresh);
      this.#count(segment, after === undefined ? -1 : 1);
      if (after === undefined) this.#segments.delete(name);
      else this.#segments.set(name, segment);
      const { tier } = segment;
      if (tier !== undefined && after !== undefined) grown.add(tier);
      if (tier !== undefined && after === undefined)
        removed.set(tier, [...(removed.get(tier) ?? []), segment]);
      if (tier === undefined && after !== undefined) continue;
      for (const [place, each] of segment.places) {
        const by = after === undefined ? -each.count : each.count;
        const known = moved.get(place);
        if (known === undefined) moved.set(place, { place: each.place, by });
        else known.by += by;
      }
    }
    const shrunk = [...removed]
      .filter(([tier]) => !grown.has(tier))
      .map(([tier, segments]) => ({ tier, removed: segments, bytesBefore: bytesBefore[tier.tier]! }));
    return { fresh, moved: [...moved.values()], shrunk };
  }

  bytesOf({ tier }: TierTable): number {
    let bytes = 0;
    for (let group = 0; group < 16; group++) bytes += this.#counts.get(`${group}/${tier}`)?.bytes ?? 0;
    return bytes;
  }

  /** Where the oldest stretch begins of which a tier has anything; `also` counts as there. */
  oldestStretchMs(tier: TierTable, also: readonly { endMs: number }[]): number {
    const all = [...this.#segments.values()].filter((segment) => segment.tier === tier);
    return Math.min(...[...all, ...also].map(({ endMs }) => windowStartOf(endMs, tier.stretchMs)));
  }

  /** What a record says of a tier of a group is what is there. */
  checkRecord(group: number, tier: number, value: Uint8Array | undefined): void {
    const { segments, bytes, rows } = value === undefined ? emptyTierRecord() : decodeTierRecord(value)!;
    const has = this.#counts.get(`${group}/${tier}`) ?? { segments: 0, bytes: 0, rows: 0 };
    const is = `${has.segments},${has.bytes},${has.rows}`;
    const said = `${segments},${bytes},${rows}`;
    law(
      is === said,
      `tier ${TIER_TABLES[tier]!.name} of group ${group} holds ${is}, its record says ${said}`,
    );
  }

  /** The segments of tiers: when each ends, with its last window, and the series in it. */
  *ends(): Generator<{ tier: TierTable; endMs: number; series: ReadonlySet<string> }> {
    for (const { tier, endMs, series } of this.#segments.values()) {
      if (tier === undefined) continue;
      const lastMs = tier.windowMs === 0 ? endMs + 1 : windowStartOf(endMs, tier.windowMs) + tier.windowMs;
      yield { tier, endMs: lastMs, series };
    }
  }

  #count({ group, tier, bytes, rows, places }: StoredSegment, sign: number): void {
    if (tier === undefined || tier.tier === RAW_TIER) {
      for (const { place, count } of places.values()) {
        if (place.tier.tier === RAW_TIER) this.points += sign * count;
      }
    }
    if (tier === undefined) return;
    const name = `${group}/${tier.tier}`;
    const counts = this.#counts.get(name) ?? { segments: 0, bytes: 0, rows: 0 };
    this.#counts.set(name, counts);
    counts.segments += sign;
    counts.bytes += sign * bytes;
    counts.rows += sign * rows;
  }
}

function readSegment(key: Uint8Array, value: Uint8Array, fresh: StoredRun[]): StoredSegment {
  const group = key[0]!;
  const tier = TIER_TABLES.find(({ table }) => table === key[1]);
  const places = new Map<string, { place: TierPlace; count: number }>();
  const series = new Set<string>();
  // Five things that make a place, and how much of it there is.
  const add = (of: TierTable, number: number, timeMs: number, count: number, v = 0): void => {
    const owner = `${group}/${number}`;
    series.add(owner);
    const name = of.tier === RAW_TIER ? `${v}@${timeMs}` : windowName(of, owner, timeMs);
    const known = places.get(name);
    if (known !== undefined) known.count += count;
    else {
      const startMs = of.tier === RAW_TIER ? timeMs : windowStartOf(timeMs, of.windowMs);
      places.set(name, { place: { name, tier: of, series: owner, timeMs: startMs, value: v }, count });
    }
  };
  let rows = 0;
  if (tier === undefined || tier.tier === RAW_TIER) {
    law(tier !== undefined || key[1] === TABLE_FRESH, 'a segment of no tier');
    const runs = readPointSegment(key, value);
    if (tier === undefined) fresh.push(...runs);
    for (const { number, times, values } of runs) {
      rows += values.length;
      times.forEach((timeMs, i) => {
        for (const of of tier === undefined ? TIER_TABLES : [tier]) add(of, number, timeMs, 1, values[i]!);
      });
    }
  } else {
    readRollupSegment(key, value, tier, (number, cells) => {
      rows += cells.length;
      for (let i = 0; i < cells.length; i++) add(tier, number, cells.windowStartMs[i]!, cells.count[i]!);
    });
  }
  const { endMs } = parseSegmentKey(key);
  return { group, tier, bytes: value.length, rows, endMs, places, series };
}
