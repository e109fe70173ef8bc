import { useEffect, useState } from 'preact/hooks';
import { getJson } from '../../api/client';
import { Loader } from '../../state/loader';
import { bytesText, shortCount } from '../../ui/format';
import { ScrollBox } from '../../ui/scroll-box';
import { ErrorNotice, Skeleton } from '../../ui/states';

interface TierStatus {
  tier: string;
  retention: string | null;
  rows: number;
  bytes: number;
  lag_seconds: number | null;
  swept_rows: number;
}

/** How often tiers are asked for, ms: they change slowly. */
const POLL_MS = 10_000;

/** What each tier holds, keeps, and how far it is behind. */
export function TierTable() {
  const [loader] = useState(() => new Loader<{ tiers: readonly TierStatus[] }>());
  const load = (): void => {
    void loader.load((abort) => getJson('/api/v1/rollups/status', {}, abort));
  };
  useEffect(() => {
    load();
    const timer = setInterval(load, POLL_MS);
    return () => clearInterval(timer);
  }, []);
  const { value, error } = loader.state.value;
  return (
    <section class="card" aria-labelledby="tiers">
      <header>
        <h2 id="tiers">Tiers</h2>
        <span class="muted">points, and cells of each window, by age</span>
      </header>
      {error !== undefined && <ErrorNotice error={error} retry={load} />}
      {value === undefined ? (
        error === undefined && <Skeleton height={170} />
      ) : (
        <ScrollBox label="Figures of each tier">
          <table class="table">
            <thead>
              <tr>
                <th>tier</th>
                <th>kept</th>
                <th class="number">rows</th>
                <th class="number">size</th>
                <th class="number">swept</th>
              </tr>
            </thead>
            <tbody>
              {value.tiers.map((tier) => (
                <tr key={tier.tier}>
                  <td>{tier.tier}</td>
                  <td>{tier.retention ?? 'for ever'}</td>
                  <td class="number">{shortCount(tier.rows)}</td>
                  <td class="number">{bytesText(tier.bytes)}</td>
                  <td class="number">{shortCount(tier.swept_rows)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </section>
  );
}
