import { useEffect } from 'preact/hooks';
import { amend } from '../../state/address';
import { usePolled } from '../../state/use-polled';
import { CopyBlock } from '../../ui/copy-block';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/states';
import { firstMetric } from './first-request';

/** How often an empty engine is asked whether a point has come, ms. */
const POLL_MS = 1_000;

/** Shown while no metric is chosen: chooses the first there is, or says how to send the first point. */
export function FirstPoint() {
  const { value, error, load } = usePolled(POLL_MS, async (signal) => ({ first: await firstMetric(signal) }));
  const first = value?.first;
  useEffect(() => {
    if (first !== undefined) amend({ metric: first });
  }, [first]);
  if (error !== undefined) return <ErrorNotice error={error} retry={load} />;
  if (value === undefined || first !== undefined) return <Skeleton height={320} />;
  return (
    <section class="card">
      <EmptyState title="No points yet">
        <p>Send the first one, and it is here within a second:</p>
        <CopyBlock
          label="the command that sends a point"
          text={`curl -X POST ${location.origin}/api/v1/record \\
  -H 'content-type: application/json' \\
  -d '{"data":[{"name":"my_metric","value":42,"labels":{"host":"web-1"}}]}'`}
        />
        <p>or make some traffic:</p>
        <CopyBlock
          label="the command that makes traffic"
          text={`npx millrace generate --metric cpu_usage --pattern sine_wave --hosts 5 --base-url ${location.origin}`}
        />
      </EmptyState>
    </section>
  );
}
