import { assert } from '../assert.js';
import { Lead } from '../msgpack/msgpack-layout.js';

/**
 * COLUMNS in the one form that the producer client writes: every header in its widest form, so that offsets
 * depend on the number of points alone and `seq` can be set, and set again, in a frame that is built already.
 * Any MessagePack form is read; this one is only written.
 *
 *   offset 0    1    2    3        11   12         20   21    25       25+4n
 *          ┌────┬────┬────┬────────┬────┬──────────┬────┬─────┬────────┬ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┬────┬─────┬──────────┐
 *          │ 96 │ 02 │ cf │ seq u64│ cb │baseMs f64│ c6 │4n   │ refs   │ c6 │4n   │ dt      │ c6 │8n   │ values   │
 *          │    │    │    │  big-  │    │   big-   │    │ u32 │ u32×n  │    │ u32 │ i32×n   │    │ u32 │ f64×n    │
 *          │    │    │    │ endian │    │  endian  │    │     │ little-│ or c0 alone: nil   │    │     │ little-  │
 *          └────┴────┴────┴────────┴────┴──────────┴────┴─────┴────────┴ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┴────┴─────┴──────────┘
 */
export const ColumnsLayout = {
  /** Array of six: opcode, seq, baseMs, refs, dt, values. */
  arrayLead: Lead.fixarray | 6,
  opcodeOffset: 1,
  seqLeadOffset: 2,
  seqOffset: 3,
  baseLeadOffset: 11,
  baseOffset: 12,
  refsLeadOffset: 20,
  refsOffset: 25,
  /** A bin header in its widest form: lead byte and u32 length. */
  binHeaderBytes: 5,
  refBytes: 4,
  dtBytes: 4,
  valueBytes: 8,
} as const;

/** Offset of dt's lead byte, or of the nil in its place. */
export function dtLeadOffset(count: number): number {
  return ColumnsLayout.refsOffset + count * ColumnsLayout.refBytes;
}

/** Offset of the values' lead byte. */
export function valuesLeadOffset(count: number, hasDt: boolean): number {
  const dt = hasDt ? ColumnsLayout.binHeaderBytes + count * ColumnsLayout.dtBytes : 1;
  return dtLeadOffset(count) + dt;
}

/** Bytes of the whole frame. */
export function columnsFrameBytes(count: number, hasDt: boolean): number {
  return valuesLeadOffset(count, hasDt) + ColumnsLayout.binHeaderBytes + count * ColumnsLayout.valueBytes;
}

assert(
  ColumnsLayout.seqOffset + 8 === ColumnsLayout.baseLeadOffset &&
    ColumnsLayout.baseOffset + 8 === ColumnsLayout.refsLeadOffset &&
    ColumnsLayout.refsLeadOffset + ColumnsLayout.binHeaderBytes === ColumnsLayout.refsOffset,
  'the fields of a COLUMNS frame must touch',
);
