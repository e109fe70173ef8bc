import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RAW_ROWS_SPARE } from '../../../src/query/limits.js';
import { formatCursor, parseCursor } from '../../../src/query/raw-cursor.js';
import { RawRows } from '../../../src/query/raw-rows.js';

interface Row {
  ordinal: number;
  timeMs: number;
  /** Its place in the order of arrival, given as its value. */
  arrival: number;
}

const inOrder = (rows: Row[]): Row[] =>
  [...rows].sort((a, b) => a.timeMs - b.timeMs || a.ordinal - b.ordinal || a.arrival - b.arrival);

function collected(rows: RawRows, points: readonly Row[]): Row[] {
  for (const { ordinal, timeMs, arrival } of points) {
    rows.visit(ordinal, Float64Array.of(0, timeMs), Float64Array.of(0, arrival), 1, 2);
  }
  rows.finish();
  return Array.from({ length: rows.length }, (_, i) => {
    return { ordinal: rows.ordinals[i]!, timeMs: rows.times[i]!, arrival: rows.values[i]! };
  });
}

const points = fc
  .array(fc.record({ ordinal: fc.nat(4), timeMs: fc.nat(9) }), { maxLength: 120 })
  .map((rows) => rows.map((row, arrival) => ({ ...row, arrival })));

describe('RawRows', () => {
  it('keeps the first rows in the order of time, series, arrival', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 20 }), (rows, limit) => {
        assert.deepEqual(collected(new RawRows(limit, 5), rows), inOrder(rows).slice(0, limit));
      }),
    );
  });

  it('goes on behind any row', () => {
    fc.assert(
      fc.property(points, fc.nat(119), fc.integer({ min: 1, max: 20 }), (rows, at, limit) => {
        const sorted = inOrder(rows);
        const last = sorted[at % Math.max(1, sorted.length)];
        if (last === undefined) return;
        const given = sorted.slice(0, sorted.indexOf(last) + 1);
        const seen = given.filter((row) => row.timeMs === last.timeMs && row.ordinal === last.ordinal).length;
        const start = { timeMs: last.timeMs, ordinal: last.ordinal, seen };
        const rest = collected(new RawRows(limit, 5, start), rows);
        assert.deepEqual(rest, sorted.slice(given.length, given.length + limit));
      }),
    );
  });

  it('holds a bounded number of rows and takes no late ones once it is full', () => {
    const rows = new RawRows(10, 3);
    const times = Float64Array.from({ length: 1_000 }, (_, i) => i);
    for (let round = 300; round >= 0; round--) {
      const shifted = times.map((time) => time + round * 1_000);
      rows.visit(round % 3, shifted, shifted, 0, 1_000);
      assert.ok(rows.times.length <= 2 * 10 + RAW_ROWS_SPARE);
    }
    assert.ok(rows.usefulUntilMs < 300_000);
    rows.finish();
    assert.deepEqual([...rows.times.subarray(0, rows.length)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(rows.usefulUntilMs, 9);
  });
});

describe('parseCursor()', () => {
  it('reads what formatCursor() wrote, within the characters that the edge lets through', () => {
    const timeMs = fc.oneof(
      fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
      fc.constantFrom(0.25, -1.5, 1.7e12 + 0.125),
    );
    const cursor = fc.record({ timeMs, group: fc.nat(15), number: fc.nat(2 ** 26), seen: fc.nat(1e9) });
    fc.assert(
      fc.property(cursor, (expected) => {
        const text = formatCursor(expected);
        assert.match(text, /^[\w.~:=+/-]+$/);
        assert.deepEqual(parseCursor(text), { ...expected });
      }),
    );
  });

  it('survives arbitrary text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cursor = parseCursor(text);
        assert.ok(cursor === undefined || Number.isFinite(cursor.timeMs));
      }),
    );
  });
});
