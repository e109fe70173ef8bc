import { MillraceError } from '../../errors.js';

/** What a user says of a CSV file's columns, on the command line. */
export interface CsvOptions {
  /** The metric of every record, where no column has it. */
  metric?: string;
  timestampColumn?: string;
  valueColumn?: string;
  /** The columns that are labels; without them all that are nothing else. */
  labelColumns?: readonly string[];
}

/** Which column of a CSV file is what; by place, from 0. */
export interface CsvColumns {
  columns: number;
  timestamp: number;
  value: number;
  /** -1: the metric is `metricName`. */
  metric: number;
  metricName: string;
  labels: readonly { column: number; name: string }[];
}

const TIMESTAMP_NAMES = ['timestamp', 'time'];
const VALUE_NAMES = ['value'];
const METRIC_NAMES = ['metric', 'name', 'metric_name'];

/**
 * Reads the header.
 * @throws MillraceError MR_CONFIG which says what is missing, what there is, and which option helps
 */
export function csvColumns(header: readonly string[], options: CsvOptions): CsvColumns {
  const twice = header.find((name, at) => header.indexOf(name) !== at);
  if (twice !== undefined)
    fail(`The header has the column "${twice}" twice; every column needs a name of its own.`);
  const timestamp = find(header, 'timestamp', '--timestamp-column', options.timestampColumn, TIMESTAMP_NAMES);
  const value = find(header, 'value', '--value-column', options.valueColumn, VALUE_NAMES);
  const metric =
    options.metric === undefined ? find(header, 'metric', '--metric', undefined, METRIC_NAMES) : -1;
  const isLabel = (column: number): boolean => ![timestamp, value, metric].includes(column);
  const labels = (options.labelColumns ?? header.filter((_, column) => isLabel(column))).map((name) => ({
    column: find(header, 'label', '--label-columns', name, []),
    name,
  }));
  return { columns: header.length, timestamp, value, metric, metricName: options.metric ?? '', labels };
}

function find(
  header: readonly string[],
  what: string,
  option: string,
  wanted: string | undefined,
  names: readonly string[],
): number {
  const candidates = wanted === undefined ? names : [wanted];
  for (const name of candidates) {
    const at = header.indexOf(name);
    if (at >= 0) return at;
  }
  fail(
    `The header must have a ${what} column called ${candidates.map((name) => `"${name}"`).join(' or ')}; it has ${header.map((name) => `"${name}"`).join(', ')}. Say which it is with ${option}.`,
  );
}

function fail(text: string): never {
  throw new MillraceError('MR_CONFIG', text);
}
