import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { readRollupRun } from '../../native-free-core/cell/rollup-run.js';
import { PointSegmentReader } from '../../native-free-core/segment/point-segment-reader.js';
import { SegmentReader, type SegmentStatus } from '../../native-free-core/segment/segment-reader.js';
import { StoredExtents } from './check-series.js';
import { TierLedger } from './check-tiers.js';
import type { CheckReport } from './findings.js';
import { parseSegmentKey, type SegmentRange, tableEnd, tableKey, tierKey } from './keys.js';
import { decodeTierRecord, emptyTierRecord } from './records.js';
import type { StoreReader } from './shard-store.js';
import { TABLE_FRESH } from './store-layout.js';
import { RAW_TIER, TIER_TABLES, type TierTable } from './tier-tables.js';

/** Differences between tiers that are told of a group one by one; the rest is counted. */
const DIFFERENCES_MAX = 5;

/**
 * Reads every segment of a group: checksums, ranges, stretches, what the tiers' records count, and that each tier is the merge of
 * the finer one, where neither has lost anything to retention.
 */
export class SegmentChecker {
  segments = 0;
  /** Of the group that was read last. */
  readonly extents = new StoredExtents();
  readonly #store: StoreReader;
  readonly #report: CheckReport;
  readonly #points = new PointSegmentReader();
  readonly #runs = new SegmentReader();
  readonly #cells = new CellRun();
  readonly #ledger = new TierLedger();
  #lastNumber = -1;
  #faults = 0;

  constructor(store: StoreReader, report: CheckReport) {
    this.#store = store;
    this.#report = report;
  }

  /** Answers the points in the group's segments, whether all of them could be read, and the last series that has any. */
  group(group: number): { points: number; isWhole: boolean; lastNumber: number } {
    this.#faults = 0;
    this.#lastNumber = -1;
    this.#ledger.clear();
    this.extents.clear();
    const comparable: boolean[] = [];
    let points = this.#table(group, TABLE_FRESH, 'fresh', (range, value) =>
      this.#pointRuns(range, value, false),
    ).rows;
    for (const tier of TIER_TABLES) {
      const found = this.#table(group, tier.table, tier.name, (range, value) => {
        this.#checkStretch(range, tier);
        return tier.tier === RAW_TIER
          ? this.#pointRuns(range, value, true)
          : this.#cellRuns(range, value, tier);
      });
      if (tier.tier === RAW_TIER) points += found.rows;
      comparable.push(found.isWhole && this.#checkRecord(group, tier, found));
      if (comparable[tier.tier - 1] === true && comparable[tier.tier] === true) this.#checkMerge(group, tier);
    }
    return { points, isWhole: this.#faults === 0, lastNumber: this.#lastNumber };
  }

  #where = '';

  #table(
    group: number,
    table: number,
    name: string,
    read: (range: SegmentRange, value: Uint8Array) => number,
  ): { segments: number; bytes: number; rows: number; isWhole: boolean } {
    const faults = this.#faults;
    const found = { segments: 0, bytes: 0, rows: 0, isWhole: true };
    this.#store.forEach(tableKey(group, table), tableEnd(group, table), (key, value) => {
      const range = parseSegmentKey(key);
      const { generation, firstNumber, lastNumber } = range;
      this.#where = `group ${group}, ${name}, generation ${generation}, series ${firstNumber} to ${lastNumber}`;
      found.segments++;
      found.bytes += value.length;
      found.rows += read(range, value);
      return true;
    });
    this.segments += found.segments;
    found.isWhole = this.#faults === faults;
    return found;
  }

  #fault(number: number | undefined, text: string): void {
    this.#faults++;
    this.#report('segment', number === undefined ? this.#where : `${this.#where}, series ${number}`, text);
  }

  #isOpen(status: SegmentStatus): boolean {
    if (status === 'ok') return true;
    this.#fault(undefined, status === 'newer' ? 'of a newer version' : 'damaged directory');
    return false;
  }

  /** Answers the points of the open segment. */
  #pointRuns(range: SegmentRange, value: Uint8Array, isTier: boolean): number {
    const segment = this.#points;
    if (!this.#isOpen(segment.open(value, range.firstNumber, range.lastNumber))) return 0;
    let points = 0;
    while (segment.next()) {
      const status = segment.decode();
      if (status !== 'ok') {
        this.#fault(
          segment.number,
          `points ${status === 'newer' ? 'of a newer version' : 'that are damaged'}`,
        );
        continue;
      }
      points += segment.batch.points;
      this.#note(isTier);
      const fault = this.#faultOfPoints(range);
      if (fault !== undefined) this.#fault(segment.number, fault);
    }
    return points;
  }

  #faultOfPoints(range: SegmentRange): string | undefined {
    const { batch } = this.#points;
    for (let i = 0; i < batch.series; i++) {
      if (batch.numbers[i]! > range.lastNumber) return 'number beyond the range of its key';
      const [start, end] = [batch.start(i), batch.ends[i]!];
      for (let at = start + 1; at < end; at++) {
        if (batch.times[at]! < batch.times[at - 1]!) return 'times that descend';
      }
      if (!isInside(range, batch.times[start]!, batch.times[end - 1]!)) return OUT_OF_RANGE;
    }
    return undefined;
  }

  /** Notes the points of the decoded run for what is checked of the group as a whole. */
  #note(isTier: boolean): void {
    const { batch } = this.#points;
    for (let i = 0; i < batch.series; i++) {
      const [number, start, end] = [batch.numbers[i]!, batch.start(i), batch.ends[i]!];
      this.#lastNumber = Math.max(this.#lastNumber, number);
      this.extents.add(number, batch.times[start]!, batch.times[end - 1]!);
      if (isTier) this.#ledger.addPoints(number, batch.times, batch.values, [start, end]);
    }
  }

  /** Answers the cells of the open segment. */
  #cellRuns(range: SegmentRange, value: Uint8Array, { tier, kind, windowMs }: TierTable): number {
    const segment = this.#runs;
    if (!this.#isOpen(segment.open(value, kind, range.firstNumber))) return 0;
    const cells = this.#cells;
    let rows = 0;
    while (segment.next()) {
      cells.reset();
      const status = readRollupRun(value, segment.start, segment.end, windowMs, cells);
      if (status !== 'ok') {
        this.#fault(segment.number, status === 'newer' ? 'cells of a newer version' : 'damaged cells');
        continue;
      }
      rows += cells.length;
      this.#ledger.addCells(tier, segment.number, cells);
      if (segment.number > range.lastNumber)
        this.#fault(segment.number, 'number beyond the range of its key');
      for (let i = 0; i < cells.length; i++) {
        if (isInside(range, cells.firstTimeMs[i]!, cells.lastTimeMs[i]!)) continue;
        this.#fault(segment.number, OUT_OF_RANGE);
        break;
      }
    }
    return rows;
  }

  #checkStretch({ startMs, endMs }: SegmentRange, { stretchMs }: TierTable): void {
    if (Math.floor(startMs / stretchMs) === Math.floor(endMs / stretchMs)) return;
    this.#fault(undefined, 'reaches over the border of a stretch');
  }

  #checkMerge(group: number, tier: TierTable): void {
    let differences = 0;
    for (const { number, text } of this.#ledger.differences(tier.tier)) {
      if (++differences <= DIFFERENCES_MAX)
        this.#report('tier', `group ${group}, ${tier.name}, series ${number}`, text);
    }
    if (differences > DIFFERENCES_MAX)
      this.#report(
        'tier',
        `group ${group}, ${tier.name}`,
        `and ${differences - DIFFERENCES_MAX} series more`,
      );
  }

  /** Answers whether the tier can be held against another: nothing of it went by retention. */
  #checkRecord(
    group: number,
    tier: TierTable,
    found: { segments: number; bytes: number; rows: number },
  ): boolean {
    const stored = this.#store.get(tierKey(group, tier.tier));
    const record = stored === undefined ? emptyTierRecord() : decodeTierRecord(stored);
    const where = `group ${group}, tier ${tier.name}`;
    if (record === undefined) {
      this.#report('tier record', where, 'damaged');
      return false;
    }
    const { segments, bytes, rows } = record;
    if (segments === found.segments && bytes === found.bytes && rows === found.rows)
      return record.sweptRows === 0;
    const counted = `it counts ${segments} segments, ${bytes} bytes, ${rows} rows`;
    this.#report(
      'tier record',
      where,
      `${counted}; there are ${found.segments}, ${found.bytes}, ${found.rows}`,
    );
    return record.sweptRows === 0;
  }
}

const OUT_OF_RANGE = 'times beyond the range of its key';

function isInside(range: SegmentRange, firstMs: number, lastMs: number): boolean {
  return Math.floor(firstMs) >= range.startMs && Math.floor(lastMs) <= range.endMs;
}
