import { LargestList } from './largest-list.js';
import type { WindowsFound } from './window-query.js';

/**
 * The `top` groups with the largest last values of the first aggregation, largest first; a group's last value is that of its
 * last window that has one, and groups without any come last. A chart can't show a thousand lines.
 */
export function topGroups(found: WindowsFound, top: number): WindowsFound {
  const { groups, count, columns } = found;
  const lasts = Float64Array.from(groups, (_, group) => lastValue(columns[0]!, group * count, count));
  const chosen = largestLasts(lasts, top);
  return {
    ...found,
    groups: chosen.map((group) => groups[group]!),
    columns: columns.map((column) => {
      const kept = new Float64Array(chosen.length * count);
      chosen.forEach((group, i) => {
        kept.set(column.subarray(group * count, (group + 1) * count), i * count);
      });
      return kept;
    }),
  };
}

/** The `top` groups with the largest last values, largest first; equal ones stay in their order. */
export function largestLasts(lasts: Float64Array, top: number): number[] {
  // Two without any value are equal: their difference is no number.
  const list = new LargestList<number>(top, (a, b) =>
    lasts[a] === lasts[b] ? a - b : lasts[b]! - lasts[a]!,
  );
  for (let group = 0; group < lasts.length; group++) list.add(group);
  return list.take();
}

/** The value of a group's last window that has one, from its place in the column; minus infinity where none has. */
export function lastValue(column: Float64Array, from: number, count: number): number {
  for (let at = from + count - 1; at >= from; at--) if (!Number.isNaN(column[at]!)) return column[at]!;
  return Number.NEGATIVE_INFINITY;
}
