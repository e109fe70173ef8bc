import { useEffect, useState } from 'preact/hooks';
import { getJson } from '../../api/client';
import { nowMs } from '../../clock';
import { range } from '../../state/address';
import { Loader } from '../../state/loader';
import { instantsOf } from '../../state/range';
import { instantText, valueText } from '../../ui/format';
import { ErrorNotice, Skeleton } from '../../ui/states';
import { anomalyMarks } from './anomaly-marks';
import { exploreState } from './explore-signals';
import { selectorOf } from './explore-state';

type Numbers = Readonly<Record<string, number | null>>;

type Statistics = { percentiles: Numbers } & Readonly<Record<string, unknown>>;

interface Trend {
  slope_per_second: number | null;
  r_squared: number | null;
  direction: string;
  change_percent: number | null;
  significant: boolean;
}

interface Anomalies {
  method: string;
  threshold: number;
  anomalies: readonly {
    timestamp: string;
    value: number;
    score: number;
    labels?: Readonly<Record<string, string>>;
  }[];
}

interface Shown {
  statistics: Statistics;
  trend: Trend;
  anomalies: Anomalies;
}

const ROWS: readonly (readonly [name: string, field: string])[] = [
  ['count', 'count'],
  ['mean', 'mean'],
  ['median', 'median'],
  ['min', 'min'],
  ['max', 'max'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['standard deviation', 'stddev'],
  ['skewness', 'skewness'],
  ['kurtosis', 'kurtosis'],
];

/** Anomalies listed, newest first. */
const ANOMALIES_SHOWN = 12;

/** Numbers about the range: statistics, trend, anomalies. */
export function StatisticsPanel() {
  const { metric, filters } = exploreState.value;
  const current = range.value;
  const [loader] = useState(() => new Loader<Shown>());
  const load = (): void => {
    const { fromMs, toMs } = instantsOf(current, nowMs());
    const query = { match: selectorOf(filters), start: fromMs, end: toMs };
    const about = { ...query, metric_name: metric };
    void loader.load(async (abort) => {
      const [statistics, trend, anomalies] = await Promise.all([
        getJson<Statistics>('/api/v1/statistics/calculate', about, abort),
        getJson<Trend>(`/api/v1/metrics/trends/${encodeURIComponent(metric)}`, query, abort),
        getJson<Anomalies>('/anomaly/detect', { ...about, method: 'mad' }, abort),
      ]);
      anomalyMarks.value = anomalies.anomalies.map(({ timestamp, value }) => ({
        timeMs: Date.parse(timestamp),
        value,
      }));
      return { statistics, trend, anomalies };
    });
  };
  useEffect(load, [metric, filters, current]);
  useEffect(
    () => () => {
      anomalyMarks.value = [];
    },
    [metric, filters],
  );
  const { value, error } = loader.state.value;
  return (
    <section class="card" aria-labelledby="statistics-title">
      <header>
        <h2 id="statistics-title">Statistics of the range</h2>
      </header>
      {error !== undefined && <ErrorNotice error={error} retry={load} />}
      {value === undefined ? (
        error === undefined && <Skeleton height={200} />
      ) : (
        <div class="grid">
          <NumbersTable statistics={value.statistics} />
          <TrendText trend={value.trend} />
          <AnomalyList anomalies={value.anomalies} />
        </div>
      )}
    </section>
  );
}

function NumbersTable({ statistics }: { statistics: Statistics }) {
  const numbers = { ...statistics, ...statistics.percentiles } as Numbers;
  return (
    <table class="table">
      <tbody>
        {ROWS.map(([name, field]) => (
          <tr key={field}>
            <td>{name}</td>
            <td class="number">{valueText(numbers[field])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TrendText({ trend }: { trend: Trend }) {
  const perHour = trend.slope_per_second === null ? null : trend.slope_per_second * 3_600;
  return (
    <div>
      <h3>Trend: {trend.direction}</h3>
      <p>
        {trend.significant ? 'Significant' : 'Not significant'}, {valueText(perHour)} an hour, r²{' '}
        {valueText(trend.r_squared)}
        {trend.change_percent !== null && `, ${valueText(trend.change_percent)} % over the range`}.
      </p>
    </div>
  );
}

function AnomalyList({ anomalies }: { anomalies: Anomalies }) {
  const newest = anomalies.anomalies.slice(-ANOMALIES_SHOWN).reverse();
  return (
    <div>
      <h3>
        {anomalies.anomalies.length} anomalies{' '}
        <span class="muted">
          ({anomalies.method} above {anomalies.threshold})
        </span>
      </h3>
      {newest.length > 0 && (
        <table class="table">
          <tbody>
            {newest.map((each) => (
              <tr key={`${each.timestamp}/${JSON.stringify(each.labels)}`}>
                <td>{instantText(Date.parse(each.timestamp))}</td>
                <td class="number">{valueText(each.value)}</td>
                <td class="number">score {valueText(each.score)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
