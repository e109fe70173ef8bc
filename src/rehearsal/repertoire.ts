import { commonPrefix } from '../http/selector/pattern-literals.js';

/** What the stored data offers to ask about. */
export interface Repertoire {
  /** Names of metrics. */
  metrics: readonly string[];
  /** The label that tells most series apart, and some of its values; undefined where there are no labels. */
  label: string | undefined;
  values: readonly string[];
  /** Whether they have so few series that all of them can be asked about at once. */
  isSmall: boolean;
  /** Where the data lies, ms. */
  firstMs: number;
  lastMs: number;
}

/** A request of a user's kind. */
export interface RehearsedRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Lines in windows: of how many metrics, of how many values of the label (undefined: of each, for itself), and how. */
interface Windows {
  metrics: number;
  values: number | undefined;
  aggregation: string;
  stepMs: number;
  rangeMs: number;
}

/** What dashboards ask most: a few lines in fine windows, many in coarse ones. */
const WINDOWS: readonly Windows[] = [
  { metrics: 1, values: 1, aggregation: 'max', stepMs: MINUTE_MS, rangeMs: HOUR_MS },
  { metrics: 1, values: 8, aggregation: 'max', stepMs: MINUTE_MS, rangeMs: HOUR_MS },
  { metrics: 5, values: 1, aggregation: 'mean', stepMs: MINUTE_MS, rangeMs: 3 * HOUR_MS },
  { metrics: 5, values: 8, aggregation: 'max', stepMs: MINUTE_MS, rangeMs: HOUR_MS },
  { metrics: 10, values: 8, aggregation: 'max', stepMs: HOUR_MS, rangeMs: 8 * HOUR_MS },
  { metrics: 1, values: 100, aggregation: 'max', stepMs: MINUTE_MS, rangeMs: 5 * MINUTE_MS },
  { metrics: 1, values: undefined, aggregation: 'mean', stepMs: HOUR_MS, rangeMs: 12 * HOUR_MS },
  { metrics: 10, values: undefined, aggregation: 'mean', stepMs: HOUR_MS, rangeMs: 12 * HOUR_MS },
];

/** Makes the request of a turn, counted for each question by itself: metrics, values, moments and forms go round with the turns. */
export type Question = (turn: number) => RehearsedRequest;

/** Everything that is asked about some data. */
export function questionsAbout(repertoire: Repertoire): Question[] {
  const { metrics, label } = repertoire;
  const metric = (turn: number): string => encodeURIComponent(metrics[turn % metrics.length]!);
  const one = (turn: number): string => condition(repertoire, turn);
  const by = label === undefined ? '' : `group_by=${encodeURIComponent(label)}`;
  const { lastMs } = repertoire;
  const get = (path: (turn: number) => string): Question => {
    return (turn) => ({ method: 'GET', path: path(turn) });
  };
  const isTaken = ({ values }: Windows): boolean =>
    repertoire.isSmall || (values !== undefined && label !== undefined);
  return [
    ...WINDOWS.filter(isTaken).map((windows) => windowsAbout(repertoire, windows)),
    ...(repertoire.isSmall ? [get((turn) => `/api/metrics/${metric(turn)}/latest?${by}`)] : []),
    get((turn) => `/api/metrics/${metric(turn)}/latest?${one(turn)}`),
    get((turn) => `/api/metrics/${metric(turn)}?start=${lastMs - HOUR_MS}&end=${lastMs}&${one(turn)}`),
    get((turn) => `/api/metrics/${metric(turn)}?start=${lastMs - 6 * HOUR_MS}&end=${lastMs}&${one(turn)}`),
  ];
}

function windowsAbout(about: Repertoire, windows: Windows): Question {
  const { stepMs, rangeMs, aggregation } = windows;
  const { label, firstMs, lastMs } = about;
  const isByLabel = windows.values === undefined && label !== undefined;
  const endMs = Math.ceil(lastMs / stepMs) * stepMs;
  const spareMinutes = Math.max(0, Math.floor((lastMs - firstMs - rangeMs) / MINUTE_MS)) + 1;
  return (turn) => {
    const end = endMs - (turn % spareMinutes) * MINUTE_MS;
    const conditions = [
      `__name__=~${JSON.stringify(anyOf(some(about.metrics, windows.metrics, turn), turn))}`,
    ];
    if (windows.values !== undefined && label !== undefined) {
      conditions.push(`${label}=~${JSON.stringify(anyOf(some(about.values, windows.values, turn), turn))}`);
    }
    const body = {
      interval: `${stepMs / 1_000}s`,
      aggregation,
      start: end - rangeMs,
      end,
      match: `{${conditions.join(',')}}`,
      group_by: isByLabel ? ['__name__', label] : ['__name__'],
    };
    // In each form with either way to write a pattern.
    const path = `/api/v1/aggregate${Math.floor(turn / 2) % 4 === 0 ? '' : '?format=columns'}`;
    return { method: 'POST', path, body: JSON.stringify(body) };
  };
}

/** One value of the label, as a parameter of a query string. */
function condition({ label, values }: Repertoire, turn: number): string {
  if (label === undefined) return '';
  return `label.${encodeURIComponent(label)}=${encodeURIComponent(values[turn % values.length]!)}`;
}

/** A pattern that matches these texts and no others: as people write it, and by turns as programs do, which set what is common before brackets. */
function anyOf(texts: readonly string[], turn: number): string {
  const list = (some: readonly string[]): string => some.map(quoted).join('|');
  if (turn % 2 === 0) return list(texts);
  const common = texts.length === 1 ? '' : commonPrefix(texts);
  return `${quoted(common)}(${list(texts.map((text) => text.slice(common.length)))})`;
}

/** A text as a pattern that matches it alone. */
const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** So many of a list, from the turn's place on. */
const some = (list: readonly string[], count: number, turn: number): string[] =>
  Array.from({ length: Math.min(count, list.length) }, (_, i) => list[(turn * 7 + i) % list.length]!);
