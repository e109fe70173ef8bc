import { getJson } from '../../api/client';
import { visitAnew } from '../../state/address';
import { usePolled } from '../../state/use-polled';
import { countText } from '../../ui/format';
import { LoadedCard } from '../../ui/loaded-card';

interface CardinalityAnswer {
  series: number;
  new_last_hour: number;
  new_last_day: number;
  series_by_metric: readonly {
    metric: string;
    series: number;
    new_last_hour: number;
    new_last_day: number;
  }[];
  series_by_label: readonly { label: string; values: number; series: number }[];
  series_by_label_value: readonly { label: string; value: string; series: number }[];
  limits: { series_total: number };
}

const ROWS = 12;
const POLL_MS = 30_000;

/** What the series are spent on: the largest metrics, labels and values. A press opens a metric in Explore. */
export function Cardinality() {
  const loaded = usePolled(POLL_MS, (signal) =>
    getJson<CardinalityAnswer>('/api/v1/cardinality', { limit: ROWS }, signal),
  );
  return (
    <LoadedCard
      id="cardinality"
      title="Cardinality"
      note={loaded.value === undefined ? 'where series come from' : noteOf(loaded.value)}
      loaded={loaded}
      height={260}
    >
      {(value) => (
        <div class="grid">
          <Table name="metric" hasGrown rows={value.series_by_metric.map(metricRow)} />
          <Table
            name="label"
            rows={value.series_by_label.map(({ label, series, values }) => ({
              text: `${label} (${countText(values)} ${values === 1 ? 'value' : 'values'})`,
              series,
            }))}
          />
          <Table
            name="label = value"
            rows={value.series_by_label_value.map(({ label, value: text, series }) => ({
              text: `${label}=${text}`,
              series,
            }))}
          />
        </div>
      )}
    </LoadedCard>
  );
}

const noteOf = ({ series, limits, new_last_hour, new_last_day }: CardinalityAnswer): string =>
  `${countText(series)} of ${countText(limits.series_total)} series; new in the last hour ${countText(new_last_hour)}, in the last day ${countText(new_last_day)}`;

const metricRow = (row: CardinalityAnswer['series_by_metric'][number]): Row => ({
  text: row.metric,
  series: row.series,
  hour: row.new_last_hour,
  day: row.new_last_day,
  open: () => visitAnew('/dashboard', { metric: row.metric }),
});

interface Row {
  text: string;
  series: number;
  /** Series that are new in the last hour and day. */
  hour?: number;
  day?: number;
  open?: () => void;
}

function Table({ name, hasGrown, rows }: { name: string; hasGrown?: boolean; rows: readonly Row[] }) {
  return (
    <table class="table narrow">
      <thead>
        <tr>
          <th>{name}</th>
          <th class="number">series</th>
          {hasGrown && (
            <>
              <th class="number" title="new in the last hour">
                + 1h
              </th>
              <th class="number" title="new in the last day">
                + 1d
              </th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.text}>
            <td title={row.text}>
              {row.open === undefined ? (
                row.text
              ) : (
                <button class="link" type="button" onClick={row.open}>
                  {row.text}
                </button>
              )}
            </td>
            <td class="number">{countText(row.series)}</td>
            {hasGrown && (
              <>
                <td class="number">{countText(row.hour ?? 0)}</td>
                <td class="number">{countText(row.day ?? 0)}</td>
              </>
            )}
          </tr>
        ))}
        {rows.length === 0 && (
          <tr>
            <td class="muted">none yet</td>
            <td />
          </tr>
        )}
      </tbody>
    </table>
  );
}
