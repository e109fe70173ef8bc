/** How a chart may be drawn. */
export const PICTURES = ['lines', 'bands', 'heatmap', 'table'] as const;
export type Picture = (typeof PICTURES)[number];

export const AGGREGATIONS = [
  'mean',
  'sum',
  'min',
  'max',
  'count',
  'last',
  'p50',
  'p90',
  'p99',
  'stddev',
  'rate',
  'increase',
] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/** What a chart is made from: chosen by the length of the range, or by hand. */
export const SOURCES = ['auto', 'raw', '1m', '5m', '1h', '1d'] as const;
export type Source = (typeof SOURCES)[number];

/** A condition on a label, as PromQL writes it. */
export interface Filter {
  label: string;
  op: '=' | '!=' | '=~' | '!~';
  value: string;
}

const FILTER = /^([^=!~]+)(=~|!~|!=|=)([\s\S]*)$/;

export const filterText = ({ label, op, value }: Filter): string => `${label}${op}${value}`;

export function parseFilter(text: string): Filter | undefined {
  const match = FILTER.exec(text);
  return match === null
    ? undefined
    : { label: match[1]!.trim(), op: match[2] as Filter['op'], value: match[3]! };
}

/** The selector of filters, as the API takes it; undefined for none. */
export function selectorOf(filters: readonly Filter[]): string | undefined {
  if (filters.length === 0) return undefined;
  return `{${filters.map(({ label, op, value }) => `${JSON.stringify(label)}${op}${JSON.stringify(value)}`).join(',')}}`;
}

/** All that the view shows, out of the address. */
export interface ExploreState {
  metric: string;
  filters: readonly Filter[];
  aggregation: Aggregation;
  groupBy: readonly string[];
  source: Source;
  picture: Picture;
  fromZero: boolean;
  isPaused: boolean;
  hasStatistics: boolean;
}

const oneOf = <T extends string>(options: readonly T[], text: string | null): T =>
  options.find((option) => option === text) ?? options[0]!;

export function exploreStateOf(parameters: URLSearchParams): ExploreState {
  return {
    metric: parameters.get('metric') ?? '',
    filters: parameters.getAll('filter').flatMap((text) => parseFilter(text) ?? []),
    aggregation: oneOf(AGGREGATIONS, parameters.get('agg')),
    groupBy: [...new Set(parameters.getAll('by'))].filter((label) => label !== ''),
    source: oneOf(SOURCES, parameters.get('source')),
    picture: oneOf(PICTURES, parameters.get('view')),
    fromZero: parameters.get('zero') === '1',
    isPaused: parameters.get('paused') === '1',
    hasStatistics: parameters.get('stats') === '1',
  };
}
