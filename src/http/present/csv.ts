import { byText } from './by-text.js';
import type { Cell, Table } from './presenter.js';

/** What begins a formula in spreadsheet programs. */
const FORMULA_START = /^[=+\-@\t\r]/;

/**
 * A cell by RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front, because names and labels
 * are whatever somebody sent; who needs them to the letter takes another format.
 */
function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as CSV (RFC 4180) with a header line; the labels of all rows are columns called `label.NAME`, sorted. */
export function csvText({ columns, rows }: Table): string {
  const names = new Set<string>();
  for (const { labels } of rows) for (const name of Object.keys(labels ?? {})) names.add(name);
  const labels = [...names].sort(byText);
  const lines = [[...columns, ...labels.map((name) => `label.${name}`)].map(cellText).join(',')];
  for (const row of rows) {
    const cells = columns.map((column) => cellText(row[column] as Cell | undefined));
    for (const name of labels) cells.push(cellText(row.labels?.[name]));
    lines.push(cells.join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}
