import { useEffect, useState } from 'preact/hooks';
import { getJson } from '../../api/client';
import { nowMs } from '../../clock';
import { range } from '../../state/address';
import { Loader } from '../../state/loader';
import { instantParameter, instantsOf } from '../../state/range';
import { whileSeen } from '../../state/while-seen';
import { countText, instantText, labelsText, valueText } from '../../ui/format';
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
  metric: string;
  fromMs: number;
  toMs: number;
}

/** How soon an engine that did not answer is asked again, ms. */
const RETRY_MS = 3_000;

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
  const match = selectorOf(filters);
  const current = range.value;
  const [loader] = useState(() => new Loader<Shown>());
  const load = (): void => {
    const { fromMs, toMs } = instantsOf(current, nowMs());
    const query = { match, start: instantParameter(fromMs), end: instantParameter(toMs) };
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
      return { statistics, trend, anomalies, metric, fromMs, toMs };
    });
  };
  useEffect(() => {
    load();
    const end = whileSeen(RETRY_MS, () => {
      const { error, isLoading } = loader.state.value;
      if (error?.isTemporary === true && !isLoading) load();
    });
    return () => {
      end();
      loader.end();
    };
  }, [metric, match, current]);
  useEffect(
    () => () => {
      anomalyMarks.value = [];
    },
    [metric, match],
  );
  const { value, error, atMs } = loader.state.value;
  return (
    <section class="card" aria-labelledby="statistics-title">
      <header>
        <h2 id="statistics-title">Statistics of the range</h2>
        {value !== undefined && (
          <span class="muted">
            {value.metric}, all points from {instantText(value.fromMs)} to {instantText(value.toMs)}
          </span>
        )}
        <span class="spacer" />
        <button class="button" type="button" onClick={load}>
          Compute again
        </button>
      </header>
      {error !== undefined && <ErrorNotice error={error} retry={load} staleMs={atMs} />}
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

/** A change, with its sign. */
const signed = (value: number | null): string =>
  value !== null && value > 0 ? `+${valueText(value)}` : valueText(value);

function TrendText({ trend }: { trend: Trend }) {
  const perHour = trend.slope_per_second === null ? null : trend.slope_per_second * 3_600;
  return (
    <div>
      <h3>Trend: {trend.direction}</h3>
      <p>
        {trend.significant ? 'Significant' : 'Not significant'}: {signed(perHour)} an hour
        {trend.change_percent !== null && `, ${signed(trend.change_percent)} % over the range`}, r²{' '}
        {valueText(trend.r_squared)}.
      </p>
    </div>
  );
}

const scoreText = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

function AnomalyList({ anomalies }: { anomalies: Anomalies }) {
  const all = anomalies.anomalies.length;
  const newest = anomalies.anomalies.slice(-ANOMALIES_SHOWN).reverse();
  return (
    <div>
      <h3>
        {countText(all)} {all === 1 ? 'anomaly' : 'anomalies'}
      </h3>
      <p class="muted">
        Points further from the median of their own series than {anomalies.threshold} scaled median
        deviations, circled in the chart{all > newest.length && `; the newest ${newest.length}`}.
      </p>
      {newest.length > 0 && (
        <table class="table">
          <tbody>
            {newest.map((each) => (
              <tr key={`${each.timestamp}/${JSON.stringify(each.labels)}`}>
                <td title={labelsText(each.labels ?? {})}>{instantText(Date.parse(each.timestamp))}</td>
                <td class="number">{valueText(each.value)}</td>
                <td class="number">score {scoreText.format(each.score)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
