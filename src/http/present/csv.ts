import { ITEMS_AT_ONCE } from '../limits.js';
import { byText } from './by-text.js';
import type { JsonBytes } from './json-bytes.js';
import type { Cell, Row, Table } from './presenter.js';

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

/** Writes a table as CSV (RFC 4180) with a header line; the labels of all rows are columns called `label.NAME`, sorted. */
export function writeCsv({ columns, rows }: Table, out: JsonBytes): void {
  const labels = labelNames(rows);
  const lineOf = (cells: string[]): string => `${cells.join(',')}\r\n`;
  out.text(lineOf([...columns, ...labels.map((name) => `label.${name}`)].map(cellText)));
  writeLines(rows, out, (row) => {
    const cells = columns.map((column) => cellText(row[column] as Cell | undefined));
    for (const name of labels) cells.push(cellText(row.labels?.[name]));
    return lineOf(cells);
  });
}

/** Writes a line a row, some at a time, which is quicker than one by one. */
export function writeLines(rows: readonly Row[], out: JsonBytes, lineOf: (row: Row) => string): void {
  for (let from = 0; from < rows.length; from += ITEMS_AT_ONCE) {
    out.text(
      rows
        .slice(from, from + ITEMS_AT_ONCE)
        .map(lineOf)
        .join(''),
    );
  }
}

function labelNames(rows: readonly Row[]): string[] {
  const names = new Set<string>();
  let last: Row['labels'];
  for (const { labels } of rows) {
    // Rows of one series have the same object.
    if (labels !== last) for (const name of Object.keys(labels ?? {})) names.add(name);
    last = labels;
  }
  return [...names].sort(byText);
}
