import { useEffect, useState } from 'preact/hooks';
import { metricNames } from '../../api/names';
import { amend } from '../../state/address';
import { Loader } from '../../state/loader';
import type { Option } from '../../ui/combobox';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/states';

/** How often an empty engine is asked whether a point has come, ms. */
const POLL_MS = 2_000;

/** Shown while no metric is chosen: chooses the first there is, or says how to send the first point. */
export function FirstPoint() {
  const [loader] = useState(() => new Loader<readonly Option[]>());
  const load = (): void => {
    void loader.load((abort) => metricNames('', abort));
  };
  useEffect(() => {
    load();
    const timer = setInterval(load, POLL_MS);
    return () => clearInterval(timer);
  }, []);
  const { value, error } = loader.state.value;
  const first = value?.[0]?.value;
  useEffect(() => {
    if (first !== undefined) amend({ metric: first });
  }, [first]);
  if (error !== undefined) return <ErrorNotice error={error} retry={load} />;
  if (value === undefined) return <Skeleton height={320} />;
  return (
    <section class="card">
      <EmptyState title="No points yet">
        <p>Send the first one, and it is here within a second:</p>
        <pre>
          {`curl -X POST ${location.origin}/api/v1/record \\
  -H 'content-type: application/json' \\
  -d '{"data":[{"name":"my_metric","value":42,"labels":{"host":"web-1"}}]}'`}
        </pre>
        <p>or make some traffic:</p>
        <pre>{`npx millrace generate --metric cpu_usage --pattern sine_wave --hosts 5 --base-url ${location.origin}`}</pre>
      </EmptyState>
    </section>
  );
}
