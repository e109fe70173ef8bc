import type { WindowsFound } from './window-query.js';

/**
 * The `top` groups with the largest last values of the first aggregation, largest first; a group's last value is that of its
 * last window that has one, and groups without any come last. A chart can't show a thousand lines.
 */
export function topGroups(found: WindowsFound, top: number): WindowsFound {
  const { groups, count, columns } = found;
  const lasts = groups.map((_, group) => lastValue(columns[0]!, group * count, count));
  const order = groups.map((_, group) => group);
  order.sort((a, b) => lasts[b]! - lasts[a]! || a - b);
  const chosen = order.slice(0, top);
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

function lastValue(column: Float64Array, from: number, count: number): number {
  for (let at = from + count - 1; at >= from; at--) if (!Number.isNaN(column[at]!)) return column[at]!;
  return Number.NEGATIVE_INFINITY;
}
