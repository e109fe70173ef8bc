import { MillraceError } from '../../errors.js';
import { type PointLine, pointLines } from './text-lines.js';

const BASE_COLUMNS = ['metric', 'timestamp', 'value'];

/** A field as RFC 4180 has it. */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const row = (fields: readonly string[]): string => `${fields.map(field).join(',')}\r\n`;

/**
 * The header of a CSV file with these labels, each a column of its own, which is what `millrace import` reads again.
 * @throws MillraceError when a label is called like one of the other columns
 */
export function csvHeader(labels: readonly string[]): string {
  const taken = labels.find((label) => BASE_COLUMNS.includes(label));
  if (taken !== undefined)
    throw new MillraceError(
      'MR_CONFIG',
      `A label is called "${taken}", as a column of the CSV is: export as NDJSON, or leave it out with --labels`,
    );
  return row([...BASE_COLUMNS, ...labels]);
}

/** The rows of a metric. A label that a point lacks is empty. */
export async function* csvRows(
  metric: string,
  labels: readonly string[],
  chunks: AsyncIterable<Uint8Array>,
  onLines: (lines: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const points of pointLines(chunks)) {
    onLines(points.length);
    if (points.length === 0) continue;
    yield Buffer.from(points.map((point) => row(fieldsOf(metric, labels, point))).join(''));
  }
}

const fieldsOf = (metric: string, labels: readonly string[], point: PointLine): string[] => [
  metric,
  point.timestamp,
  String(point.value),
  ...labels.map((label) => point.labels[label] ?? ''),
];

/** The names of all labels that points have, sorted. */
export async function labelNames(chunks: AsyncIterable<Uint8Array>, into: Set<string>): Promise<void> {
  for await (const points of pointLines(chunks))
    for (const { labels } of points) for (const name in labels) into.add(name);
}
