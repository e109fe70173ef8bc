import { formatSize } from '../format-size.js';

/** Turns the JSON of /api/v1/operator/stats, whatever it holds, into lines to read in a terminal. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });

function formatScalar(key: string, value: unknown): string {
  if (value === null) return '-';
  if (typeof value !== 'number') return String(value);
  return /bytes$/i.test(key) ? formatSize(value) : grouped.format(value);
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;
const isFlat = (value: unknown): value is Record<string, unknown> =>
  !isScalar(value) && !Array.isArray(value) && Object.values(value as object).every(isScalar);

/** Rows under their columns, numbers to the right. */
function table(rows: readonly Record<string, unknown>[], indent: string): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) =>
    columns.map((column) => (column in row ? formatScalar(column, row[column]) : '')),
  );
  const widths = columns.map((column, at) => Math.max(column.length, ...cells.map((row) => row[at]!.length)));
  const line = (row: readonly string[]): string =>
    `${indent}${row.map((cell, at) => cell.padStart(widths[at]!)).join('  ')}`.trimEnd();
  return [line(columns), ...cells.map(line)];
}

/** Scalars first and aligned; then a heading for each object, and a table for each list of flat objects. */
export function statsLines(value: object, indent = ''): string[] {
  const entries = Object.entries(value);
  const scalars = entries.filter(([, each]) => isScalar(each));
  const width = Math.max(0, ...scalars.map(([key]) => key.length));
  const lines = scalars.map(([key, each]) => `${indent}${key.padEnd(width)}  ${formatScalar(key, each)}`);
  for (const [key, each] of entries) {
    if (isScalar(each)) continue;
    lines.push(`${indent}${key}`);
    const inner = `${indent}  `;
    if (!Array.isArray(each)) {
      lines.push(...statsBlock(each as Record<string, unknown>, inner));
    } else if (each.length === 0) {
      lines.push(`${inner}none`);
    } else if (each.every(isFlat)) {
      lines.push(...table(each, inner));
    } else {
      each.forEach((item: unknown, at) => {
        if (isScalar(item)) lines.push(`${inner}${formatScalar(key, item)}`);
        else lines.push(`${inner}${at}`, ...statsLines(item as object, `${inner}  `));
      });
    }
  }
  return lines;
}

/** An object of flat objects of the same shape (latencies by kind, say) is a table too, with its keys on the left. */
function statsBlock(block: Record<string, unknown>, indent: string): string[] {
  const values = Object.values(block);
  if (values.length < 2 || !values.every(isFlat)) return statsLines(block, indent);
  return table(
    Object.entries(block).map(([name, row]) => ({ '': name, ...(row as Record<string, unknown>) })),
    indent,
  );
}
