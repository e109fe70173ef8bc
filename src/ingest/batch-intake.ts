import type { PointsHead } from '../../native-free-core/entry/entry-writer.js';
import type { ColumnsView } from '../../protocol/frames/columns.js';
import { ItemStatus } from '../../protocol/frames/item-status.js';
import type { LabelRanges } from '../../protocol/frames/labels.js';
import type { RowsReader } from '../../protocol/frames/rows.js';
import { RejectCode } from '../../protocol/reject-reasons.js';
import { RejectTally } from '../../protocol/reject-tally.js';
import { PointColumns, REFUSED } from './point-columns.js';
import { type FrameColumns, PointRouter } from './point-router.js';
import type { RefTable } from './ref-table.js';
import type { SeriesResolver } from './series-resolver.js';
import type { ShardLinks } from './shard-links.js';
import { type BatchKind, type TimeBounds, TimeGate } from './time-gate.js';

/**
 * Reads the points of frames into columns, decides which are taken and why the others are not, and routes them. A batch
 * is begun, read, and routed or forgotten; the frame's bytes must live until then. One a process, socket thread only.
 */
export class BatchIntake {
  readonly resolver: SeriesResolver;
  readonly columns = new PointColumns();
  readonly #links: ShardLinks;
  readonly #router: PointRouter;
  readonly #gate: TimeGate;
  #frame: FrameColumns | undefined;

  constructor(links: ShardLinks, resolver: SeriesResolver, bounds: TimeBounds) {
    this.resolver = resolver;
    this.#links = links;
    this.#router = new PointRouter(links);
    this.#gate = new TimeGate(bounds);
  }

  /** The series of a name and labels that lie in a frame; a reference, or a negated reject reason. */
  resolveRanges(bytes: Uint8Array, nameStart: number, nameEnd: number, labels: LabelRanges): number {
    const { key } = this.resolver;
    key.begin(bytes, nameStart, nameEnd);
    for (let i = 0; i < labels.count; i++) {
      key.label(bytes, labels.nameStart(i), labels.nameEnd(i), labels.valueStart(i), labels.valueEnd(i));
    }
    return this.resolver.resolve();
  }

  /** Begins a batch; what was read before it and not routed is forgotten. */
  begin(kind: BatchKind, nowMs: number): void {
    this.#gate.open(kind, nowMs);
    this.forget();
  }

  /** Drops what was read. */
  forget(): void {
    this.#frame = undefined;
    this.columns.count = 0;
  }

  /** Why a time is not taken of any series; 0 when it may be. */
  timeReason(timeMs: number): RejectCode | 0 {
    return this.#gate.reason(timeMs);
  }

  /** The same for one series, which may keep its points less long than others. */
  seriesTimeReason(series: number, timeMs: number): RejectCode | 0 {
    const reason = this.timeReason(timeMs);
    if (reason !== 0 || timeMs >= this.#gate.oldestMs) return reason;
    return this.#gate.reasonOf(this.resolver.classes.of(series), timeMs);
  }

  /** Reads a COLUMNS frame. Answers what is refused, or undefined when nothing is. */
  readColumns(bytes: Uint8Array, view: ColumnsView, refs: RefTable): RejectTally | undefined {
    const { count, refsOffset, dtOffset, valuesOffset, baseMs } = view;
    this.columns.reserve(count);
    this.columns.count = count;
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#frame = { bytes, view: data, dtOffset, valuesOffset };
    const out = this.columns.refs;
    const { dense } = refs;
    // Compared with deltas, so that a batch without them needs no test of its own; all false when baseMs is NaN.
    // Before the oldest that all series take, each point is asked for its series.
    const dtMin = this.#gate.oldestMs - baseMs;
    const dtMax = this.#gate.newestMs - baseMs;
    let tally: RejectTally | undefined;
    for (let i = 0; i < count; i++) {
      // The literal true makes V8 inline the reads as unaligned loads.
      const ref = data.getUint32(refsOffset + i * 4, true);
      const value = data.getFloat64(valuesOffset + i * 8, true);
      const dt = dtOffset < 0 ? 0 : data.getInt32(dtOffset + i * 4, true);
      const series = ref < dense.length ? dense[ref]! : refs.get(ref);
      // Infinity - Infinity and NaN - NaN are NaN: one test for all that is not finite.
      if (series >= 0 && value - value === 0 && dt >= dtMin && dt <= dtMax) {
        out[i] = series;
        continue;
      }
      const reason = this.#columnReason(series, value, baseMs + dt);
      out[i] = reason === 0 ? series : REFUSED;
      if (reason === 0) continue;
      tally ??= new RejectTally();
      tally.add(reason, i);
    }
    return tally;
  }

  /** Why a point of COLUMNS that isn't plainly taken is refused; 0 when it is taken after all. */
  #columnReason(series: number, value: number, timeMs: number): RejectCode | 0 {
    if (series < 0) return -series as RejectCode;
    return value - value !== 0 ? RejectCode.invalidValue : this.seriesTimeReason(series, timeMs);
  }

  /** Reads a ROWS frame that is open; stops where it is broken. Answers what is refused, or undefined. */
  readRows(bytes: Uint8Array, rows: RowsReader): RejectTally | undefined {
    const { columns } = this;
    columns.reserve(rows.count);
    columns.count = rows.count;
    let tally: RejectTally | undefined;
    for (let status = rows.next(); status < ItemStatus.end; status = rows.next()) {
      const { index } = rows;
      const timeMs = Number.isNaN(rows.timeMs) ? this.#gate.nowMs : rows.timeMs;
      let reason: number = status === ItemStatus.rejected ? rows.reason : this.timeReason(timeMs);
      let series = REFUSED;
      if (reason === 0) {
        series = this.resolveRanges(bytes, rows.nameStart, rows.nameEnd, rows.labels);
        reason = series < 0 ? -series : this.seriesTimeReason(series, timeMs);
      }
      columns.refs[index] = reason === 0 ? series : REFUSED;
      columns.values[index] = rows.value;
      columns.times[index] = timeMs;
      if (reason === 0) continue;
      tally ??= new RejectTally();
      tally.add(reason as RejectCode, index);
    }
    return tally;
  }

  /**
   * Routes what was read. Answers the positions to wait for, or undefined when a ring is full or a store takes nothing:
   * what only filled the ring then would keep its sender waiting for as long as the disk is full.
   */
  route(head: PointsHead, refused: number): Int32Array | undefined {
    const positions = this.#links.isUnableToStore
      ? undefined
      : this.#router.route(this.columns, this.#frame, head, refused);
    // The frame's memory dies with its handler.
    this.#frame = undefined;
    return positions;
  }
}
