import { getJson } from '../../api/client';
import { usePolled } from '../../state/use-polled';
import { bytesText, shortCount } from '../../ui/format';
import { LoadedCard } from '../../ui/loaded-card';
import { ScrollBox } from '../../ui/scroll-box';

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

/** What each tier holds, keeps, and has given up. */
export function TierTable() {
  const loaded = usePolled(POLL_MS, (signal) =>
    getJson<{ tiers: readonly TierStatus[] }>('/api/v1/rollups/status', {}, signal),
  );
  return (
    <LoadedCard
      id="tiers"
      title="Tiers"
      note="points, and cells of each window, by age"
      loaded={loaded}
      height={170}
    >
      {({ tiers }) => (
        <ScrollBox label="Figures of each tier">
          <table class="table">
            <thead>
              <tr>
                <th>tier</th>
                <th>kept</th>
                <th class="number">rows</th>
                <th class="number">size</th>
                <th class="number" title="rows whose time was over">
                  swept
                </th>
              </tr>
            </thead>
            <tbody>
              {tiers.map((tier) => (
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
    </LoadedCard>
  );
}
