/** What is computed of the points of a window. */
export type AggregationKind =
  | 'mean'
  | 'sum'
  | 'count'
  | 'min'
  | 'max'
  | 'first'
  | 'last'
  | 'stddev'
  | 'variance'
  | 'range'
  | 'rate'
  | 'increase'
  | 'distinct'
  | 'percentile';

export interface Aggregation {
  /** As the client wrote it. */
  name: string;
  kind: AggregationKind;
  /** Of a percentile, 0 to 100. */
  percent: number;
}

/** The names that stand for themselves; percentiles are p0 to p100, with a fraction after a point or an underscore. */
export const AGGREGATION_NAMES: readonly string[] = [
  'mean',
  'avg',
  'sum',
  'count',
  'min',
  'max',
  'first',
  'last',
  'median',
  'stddev',
  'variance',
  'range',
  'rate',
  'increase',
  'distinct',
];

/** What an error says it wanted. */
export const AGGREGATION_WANTED = `one of ${AGGREGATION_NAMES.join(', ')}, or a percentile such as p95 or p99.9`;

/** The aggregation of a name; undefined for another text. */
export function parseAggregation(name: string): Aggregation | undefined {
  if (name === 'avg') return { name, kind: 'mean', percent: 0 };
  if (name === 'median') return { name, kind: 'percentile', percent: 50 };
  if (AGGREGATION_NAMES.includes(name)) return { name, kind: name as AggregationKind, percent: 0 };
  const match = /^p(\d{1,3}(?:[._]\d{1,9})?)$/.exec(name);
  const percent = match === null ? Number.NaN : Number(match[1]!.replace('_', '.'));
  return percent <= 100 ? { name, kind: 'percentile', percent } : undefined;
}

/** Aggregations of how a counter grew, which look at each series by itself. */
export const isCounter = ({ kind }: Aggregation): boolean => kind === 'rate' || kind === 'increase';
