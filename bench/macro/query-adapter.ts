import type { TsbsQuery } from './tsbs-queries.js';

/** An HTTP request of one system. */
export interface SystemRequest {
  path: string;
  method?: 'GET' | 'POST';
  body?: string;
}

/** Values by line and window: `field|host|window start in ms`, without a host for lines of all, without a window for newest values. */
export type CanonicalAnswer = Map<string, number>;

/** How one system is asked, and how its answers compare with the others'. */
export interface QueryAdapter {
  /** The requests that answer a query; more than one are sent at the same time. */
  requests(query: TsbsQuery): SystemRequest[];
  /** Adds what an answer says. `index` is the request's place. */
  read(query: TsbsQuery, index: number, text: string, into: CanonicalAnswer): void;
}

const keyOf = (field: string, host: string, atMs: number | undefined): string =>
  atMs === undefined ? `${field}|${host}` : `${field}|${host}|${atMs}`;

interface VmResult {
  data: {
    result: { metric: Record<string, string>; values?: [number, string][]; value?: [number, string] }[];
  };
}

/** MetricsQL. A range vector ends at its time, so a window is asked for by its end. */
export const victoriaMetricsAdapter: QueryAdapter = {
  requests({ aggregation, fields, hosts, byHost, startMs, endMs, stepMs }) {
    const condition = hosts === undefined ? '' : `,hostname=~"${hosts.join('|')}"`;
    const selector = `{__name__=~"cpu_(${fields.join('|')})"${condition}}`;
    if (stepMs === undefined) {
      const query = `last_over_time(${selector}[${(endMs - startMs) / 1_000}s])`;
      return [{ path: `/api/v1/query?query=${encodeURIComponent(query)}&time=${endMs / 1_000}&nocache=1` }];
    }
    const name = aggregation === 'mean' ? 'avg' : aggregation;
    const by = byHost ? '(__name__,hostname)' : '(__name__)';
    const step = stepMs / 1_000;
    const query = `${name}(${name}_over_time(${selector}[${step}s]) keep_metric_names) by ${by}`;
    const range = `start=${startMs / 1_000 + step}&end=${endMs / 1_000}&step=${step}&nocache=1`;
    return [{ path: `/api/v1/query_range?query=${encodeURIComponent(query)}&${range}` }];
  },
  read({ stepMs }, _index, text, into) {
    for (const { metric, values, value } of (JSON.parse(text) as VmResult).data.result) {
      const field = metric['__name__']!.slice('cpu_'.length);
      const host = metric['hostname'] ?? '';
      if (value !== undefined) into.set(keyOf(field, host, undefined), Number(value[1]));
      for (const [seconds, number] of values ?? []) {
        into.set(keyOf(field, host, seconds * 1_000 - stepMs!), Number(number));
      }
    }
  },
};

interface InfluxResult {
  results: { series?: { tags?: Record<string, string>; columns: string[]; values: (number | null)[][] }[] }[];
}

export const influxAdapter: QueryAdapter = {
  requests({ aggregation, fields, hosts, byHost, startMs, endMs, stepMs }) {
    const selected = fields.map((field) => `${aggregation}(${field}) as ${field}`).join(',');
    const condition =
      hosts === undefined ? '' : ` and (${hosts.map((host) => `hostname='${host}'`).join(' or ')})`;
    const groups = [stepMs === undefined ? '' : `time(${stepMs / 1_000}s)`, byHost ? 'hostname' : ''];
    const by = groups.filter((group) => group !== '').join(',');
    const query = `select ${selected} from cpu where time >= ${startMs}ms and time < ${endMs}ms${condition} group by ${by}`;
    return [{ path: `/query?db=benchmark&epoch=ms&q=${encodeURIComponent(query)}` }];
  },
  read({ stepMs }, _index, text, into) {
    for (const { tags, columns, values } of (JSON.parse(text) as InfluxResult).results[0]!.series ?? []) {
      for (const row of values) {
        for (let i = 1; i < columns.length; i++) {
          const value = row[i];
          if (value === null || value === undefined) continue;
          const atMs = stepMs === undefined ? undefined : row[0]!;
          into.set(keyOf(columns[i]!, tags?.['hostname'] ?? '', atMs), value);
        }
      }
    }
  },
};

interface MillraceColumns {
  times: number[];
  series: { labels: Record<string, string>; values: (number | null)[] }[];
}

interface MillraceLatest {
  data: { value: number; labels: Record<string, string> }[];
}

/** One aggregate over all gauges of the query; newest values a metric each. */
export const millraceAdapter: QueryAdapter = {
  requests({ aggregation, fields, hosts, byHost, startMs, endMs, stepMs }) {
    if (stepMs === undefined) {
      return fields.map((field) => ({ path: `/api/metrics/cpu_${field}/latest?group_by=hostname` }));
    }
    const condition = hosts === undefined ? '' : `,hostname=~"${hosts.join('|')}"`;
    const body = {
      interval: `${stepMs / 1_000}s`,
      aggregation,
      start: startMs,
      end: endMs,
      match: `{__name__=~"cpu_(${fields.join('|')})"${condition}}`,
      group_by: byHost ? ['__name__', 'hostname'] : ['__name__'],
    };
    return [{ path: '/api/v1/aggregate?format=columns', method: 'POST', body: JSON.stringify(body) }];
  },
  read({ fields, stepMs }, index, text, into) {
    if (stepMs === undefined) {
      for (const { value, labels } of (JSON.parse(text) as MillraceLatest).data) {
        into.set(keyOf(fields[index]!, labels['hostname']!, undefined), value);
      }
      return;
    }
    const { times, series } = JSON.parse(text) as MillraceColumns;
    for (const { labels, values } of series) {
      const field = labels['__name__']!.slice('cpu_'.length);
      values.forEach((value, i) => {
        if (value !== null) into.set(keyOf(field, labels['hostname'] ?? '', times[i]!), value);
      });
    }
  },
};
