import { useEffect, useState } from 'preact/hooks';
import { getJson } from '../../api/client';
import { visit } from '../../state/address';
import { Loader } from '../../state/loader';
import { countText } from '../../ui/format';
import { ErrorNotice, Skeleton } from '../../ui/states';

interface Cardinality {
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

/** What the series are spent on: the largest metrics, labels and values. A press opens them in Explore. */
export function Cardinality() {
  const [loader] = useState(() => new Loader<Cardinality>());
  const load = (): void => {
    void loader.load((abort) => getJson<Cardinality>('/api/v1/cardinality', { limit: ROWS }, abort));
  };
  useEffect(() => {
    load();
    const timer = setInterval(load, POLL_MS);
    return () => clearInterval(timer);
  }, []);
  const { value, error } = loader.state.value;
  return (
    <section class="card" aria-labelledby="cardinality">
      <header>
        <h2 id="cardinality">Cardinality</h2>
        <span class="muted">
          {value === undefined
            ? 'where series come from'
            : `${countText(value.series)} of ${countText(value.limits.series_total)} series; new in the last hour ${countText(value.new_last_hour)}, in the last day ${countText(value.new_last_day)}`}
        </span>
      </header>
      {error !== undefined && <ErrorNotice error={error} retry={load} />}
      {value === undefined ? (
        error === undefined && <Skeleton height={260} />
      ) : (
        <div class="grid">
          <Table
            name="metric"
            rows={value.series_by_metric.map(({ metric, series, new_last_hour, new_last_day }) => ({
              key: metric,
              text: metric,
              series,
              grown: { hour: new_last_hour, day: new_last_day },
              open: () => visit('/dashboard', { metric }),
            }))}
          />
          <Table
            name="label"
            rows={value.series_by_label.map(({ label, series, values }) => ({
              key: label,
              text: `${label} (${countText(values)} values)`,
              series,
            }))}
          />
          <Table
            name="label = value"
            rows={value.series_by_label_value.map(({ label, value: text, series }) => ({
              key: `${label}=${text}`,
              text: `${label}=${text}`,
              series,
            }))}
          />
        </div>
      )}
    </section>
  );
}

interface Row {
  key: string;
  text: string;
  series: number;
  /** Series that are new in the last hour and day. */
  grown?: { hour: number; day: number };
  open?: () => void;
}

function Table({ name, rows }: { name: string; rows: readonly Row[] }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th>{name}</th>
          <th class="number" title="series, and how many are new in the last hour and day">
            series
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <td title={row.text}>
              {row.open === undefined ? (
                row.text
              ) : (
                <button class="link" type="button" onClick={row.open}>
                  {row.text}
                </button>
              )}
            </td>
            <td class="number">
              {countText(row.series)}
              {(row.grown?.day ?? 0) > 0 && (
                <span
                  class="muted"
                  title={`${countText(row.grown!.hour)} new in the last hour, ${countText(row.grown!.day)} in the last day`}
                >
                  {' '}
                  +{countText(row.grown!.hour)} / +{countText(row.grown!.day)}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
