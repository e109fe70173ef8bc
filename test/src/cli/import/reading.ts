import { RejectCode } from '../../../../protocol/index.js';
import { ImportColumns } from '../../../../src/cli/import/import-columns.js';
import { LineReport } from '../../../../src/cli/import/line-report.js';
import type { PointReader, ReaderContext } from '../../../../src/cli/import/point-reader.js';

export interface ReadPoint {
  series: string;
  value: number;
  timeMs: number;
  line: number;
}

export const NOW_MS = 1_700_000_000_000;

/** What a reader finds in a file that comes in chunks of the given length, as FileImport would drive it. */
export function readAll(
  open: (context: ReaderContext) => PointReader,
  text: string | Uint8Array,
  { chunkBytes = 1_000_000, fromLine = 1 } = {},
): { points: ReadPoint[]; report: LineReport; lines: number } {
  const columns = new ImportColumns();
  const report = new LineReport();
  const names: string[] = [];
  const series = (name: string, labels: Readonly<Record<string, string>> | undefined): number => {
    if (name === '') return -1 - RejectCode.invalidName;
    const sorted = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = `${name}${JSON.stringify(sorted)}`;
    if (!names.includes(key)) names.push(key);
    return names.indexOf(key);
  };
  const reader = open({ columns, report, series, nowMs: NOW_MS, fromLine });
  const points: ReadPoint[] = [];
  const drain = (): void => {
    for (let i = 0; i < columns.count; i++) {
      points.push({
        series: names[columns.refs[i]!]!,
        value: columns.values[i]!,
        timeMs: columns.baseMs + columns.dt[i]!,
        line: columns.lines[i]!,
      });
    }
    columns.clear();
  };
  const bytes = Buffer.from(text as string);
  let from = 0;
  for (let to = chunkBytes; ; to += chunkBytes) {
    const isLast = to >= bytes.length;
    // A copy, so that nothing behind the chunk can be seen.
    const chunk = Uint8Array.from(bytes.subarray(from, to));
    let at = reader.read(chunk, 0, isLast);
    while (columns.isFull) {
      drain();
      at = reader.read(chunk, at, isLast);
    }
    from += at;
    if (isLast) break;
  }
  while (columns.count > 0) drain();
  return { points, report, lines: reader.line - 1 };
}
