import type { CellEdits, SeriesSlice } from '../../../native-free-core/tier/slice-edits.js';
import { RAW_TIER } from '../../store/tier-tables.js';
import type { SegmentRef } from './segment-ref.js';
import type { WindowStands } from './series-gather.js';

/** Some series of a group over some days, and what becomes of them. */
export interface Slice {
  local: number;
  /** By tier, the segments that hold any of it, by generation and then by number. */
  segments: readonly (readonly SegmentRef[])[];
  startMs: number;
  endMs: number;
  isSelected(number: number): boolean;
  /** What the cells become, by rollup tier. */
  edit(slice: SeriesSlice): readonly CellEdits[];
  /** Whether a raw point goes. */
  isGone(timeMs: number): boolean;
}

/** By tier: rows that went, and rows that were written anew. */
export interface SliceResult {
  removed: number[];
  written: number[];
}

/** A segment that holds some of a slice, with a copy of its value. */
export interface SliceSegment extends SegmentRef {
  tier: number;
  bytes: Uint8Array;
}

/** What becomes of one series. */
export interface SeriesChange {
  edits: readonly CellEdits[];
  /** By rollup tier, how often each window that is edited stands in the segments, and has been met while they are written. */
  stands: readonly WindowStands[];
}

/** By number, what becomes of the series that change. */
export type SeriesChanges = ReadonlyMap<number, SeriesChange>;

/** What a cell costs in points: it is decoded with its sketch, and copied. */
const CELL_WORK = 8;

export const workOf = (tier: number, rows: number): number => (tier === RAW_TIER ? rows : CELL_WORK * rows);
