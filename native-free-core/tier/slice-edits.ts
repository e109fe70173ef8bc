import { Cell } from '../cell/cell.js';
import { CellRun } from '../cell/cell-run.js';
import { ROLLUP_TIERS } from './tiers.js';

/** What is stored of one series in a slice of time that begins and ends with days, over all its layers. */
export interface SeriesSlice {
  /** Points, by time, equal times in the order of arrival. */
  times: Float64Array;
  values: Float64Array;
  count: number;
  /** Cells by rollup tier, the finest first, one a window. */
  runs: readonly CellRun[];
}

/** What the cells of some windows become, by the window's start; undefined: the window is gone. */
export type CellEdits = Map<number, Cell | undefined>;

// Scratch of this thread; nothing of it outlives a call.
const points = new CellRun();

/**
 * What the cells of each rollup tier become when the points of [startMs, endMs) go. A window inside of the range goes; one that
 * the range cuts is made anew from what is left in the finer tier, if that has all of its points: else it stays, because part
 * of what it says can't be told apart any more. So each tier stays the merge of the finer one wherever it was.
 */
export function deletionEdits(slice: SeriesSlice, startMs: number, endMs: number): CellEdits[] {
  const edits: CellEdits[] = [];
  ROLLUP_TIERS.forEach(({ windowMs }, i) => {
    const run = slice.runs[i]!;
    const own: CellEdits = new Map();
    for (let c = 0; c < run.length; c++) {
      const fromMs = run.windowStartMs[c]!;
      const toMs = fromMs + windowMs;
      if (toMs <= startMs || fromMs >= endMs) continue;
      if (fromMs >= startMs && toMs <= endMs) {
        own.set(fromMs, undefined);
        continue;
      }
      const cut = { fromMs, toMs, startMs, endMs };
      const left = i === 0 ? leftOfPoints(slice, cut) : leftOfCells(slice.runs[i - 1]!, edits[i - 1]!, cut);
      if (left.all === run.count[c]) own.set(fromMs, left.cell.count > 0 ? left.cell : undefined);
    }
    edits.push(own);
  });
  return edits;
}

/**
 * What the cells of each rollup tier should be by the finer one, where they are not that: in windows of [startMs, endMs), of the
 * tiers that `wanted` names by their place. A window of which the finer tier has fewer points than the cell stays: the finer
 * one has expired there. So does one that the tier has given up.
 */
export function repairEdits(
  slice: SeriesSlice,
  startMs: number,
  endMs: number,
  wanted: (tier: number) => boolean,
): CellEdits[] {
  const edits: CellEdits[] = [];
  ROLLUP_TIERS.forEach(({ windowMs }, i) => {
    const own: CellEdits = new Map();
    edits.push(own);
    if (!wanted(i)) return;
    const finer = i === 0 ? runOfPoints(slice) : edited(slice.runs[i - 1]!, edits[i - 1]!);
    const merged = new CellRun();
    finer.coarsen(merged, windowMs);
    const run = slice.runs[i]!;
    for (let m = 0, c = 0; m < merged.length; m++) {
      const fromMs = merged.windowStartMs[m]!;
      if (fromMs + windowMs <= startMs || fromMs >= endMs) continue;
      while (c < run.length && run.windowStartMs[c]! < fromMs) c++;
      const has = c < run.length && run.windowStartMs[c] === fromMs;
      if (!has || merged.count[m]! < run.count[c]! || isSame(merged, m, run, c)) continue;
      own.set(fromMs, cellOf(merged, m));
    }
  });
  return edits;
}

interface Cut {
  fromMs: number;
  toMs: number;
  startMs: number;
  endMs: number;
}

interface Left {
  /** Points that the finer tier had in the window. */
  all: number;
  cell: Cell;
}

function leftOfPoints({ times, values, count }: SeriesSlice, cut: Cut): Left {
  const cell = new Cell();
  let all = 0;
  for (let i = 0; i < count; i++) {
    const time = times[i]!;
    if (time < cut.fromMs || time >= cut.toMs) continue;
    all++;
    if (time < cut.startMs || time >= cut.endMs) cell.add(time, values[i]!);
  }
  return { all, cell };
}

function leftOfCells(finer: CellRun, edits: CellEdits, cut: Cut): Left {
  const cell = new Cell();
  let all = 0;
  for (let i = 0; i < finer.length; i++) {
    const startMs = finer.windowStartMs[i]!;
    if (startMs < cut.fromMs || startMs >= cut.toMs) continue;
    all += finer.count[i]!;
    if (!edits.has(startMs)) finer.mergeInto(i, cell);
    else {
      const edit = edits.get(startMs);
      if (edit !== undefined) cell.merge(edit);
    }
  }
  return { all, cell };
}

function runOfPoints({ times, values, count }: SeriesSlice): CellRun {
  points.reset();
  points.accumulate(times, values, 0, count, ROLLUP_TIERS[0]!.windowMs);
  return points;
}

/** A run with its edits in place. */
function edited(run: CellRun, edits: CellEdits): CellRun {
  if (edits.size === 0) return run;
  const result = new CellRun();
  for (let i = 0; i < run.length; i++) {
    const startMs = run.windowStartMs[i]!;
    const edit = edits.get(startMs);
    if (edit !== undefined) result.append(startMs, edit);
    else if (!edits.has(startMs)) result.appendFrom(run, i);
  }
  return result;
}

function cellOf(run: CellRun, i: number): Cell {
  const cell = new Cell();
  run.mergeInto(i, cell);
  return cell;
}

/** Whether two cells say the same, but for the last digits of sums. */
function isSame(a: CellRun, i: number, b: CellRun, k: number): boolean {
  const near = (x: number, y: number): boolean =>
    Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x), Math.abs(y));
  return (
    a.count[i] === b.count[k] &&
    a.min[i] === b.min[k] &&
    a.max[i] === b.max[k] &&
    a.firstTimeMs[i] === b.firstTimeMs[k] &&
    a.firstValue[i] === b.firstValue[k] &&
    a.lastTimeMs[i] === b.lastTimeMs[k] &&
    a.lastValue[i] === b.lastValue[k] &&
    near(a.sum[i]!, b.sum[k]!)
  );
}
