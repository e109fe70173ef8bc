import type { ShardStats } from '../../api/operator-stats';
import { bytesText, millisecondsText, shortCount } from '../../ui/format';
import { ScrollBox } from '../../ui/scroll-box';

/** The shards side by side: who is behind, who is full. */
export function ShardTable({ shards }: { shards: readonly ShardStats[] }) {
  return (
    <section class="card" aria-labelledby="shards">
      <header>
        <h2 id="shards">Shards</h2>
        <span class="muted">a thread and a store each; a ring that fills up slows its senders</span>
      </header>
      <ScrollBox label="Figures of each shard">
        <table class="table">
          <thead>
            <tr>
              <th>shard</th>
              <th>busy</th>
              <th>ring now</th>
              <th>ring highest</th>
              <th class="number">series</th>
              <th class="number">open points</th>
              <th class="number">stored points</th>
              <th class="number">log</th>
              <th class="number" title="p50 / p99">
                commit
              </th>
              <th class="number">store</th>
            </tr>
          </thead>
          <tbody>
            {shards.map((shard) => (
              <tr key={shard.shard}>
                <td>
                  {shard.shard}
                  {shard.unable_to_store && ' · stores nothing'}
                  {shard.restarts > 0 && ` · restarted ${shard.restarts} ×`}
                </td>
                <td>
                  <Meter share={shard.busy_share} />
                </td>
                <td>
                  <Meter share={shard.ring.fill_bytes / shard.ring.bytes} />
                </td>
                <td>
                  <Meter share={shard.ring.highest_bytes / shard.ring.bytes} />
                </td>
                <td class="number">{shortCount(shard.series)}</td>
                <td class="number">{shortCount(shard.points.open)}</td>
                <td class="number">{shortCount(shard.points.stored)}</td>
                <td class="number">{bytesText(shard.log_bytes)}</td>
                <td class="number">
                  {millisecondsText(shard.commit_latency.p50_ms ?? 0)} /{' '}
                  {millisecondsText(shard.commit_latency.p99_ms ?? 0)}
                </td>
                <td class="number">{bytesText(shard.lmdb.file_bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

function Meter({ share }: { share: number }) {
  const percent = Math.min(100, Math.round(share * 100));
  return (
    <>
      <span class="meter" aria-hidden="true">
        <i style={{ width: `${percent}%` }} />
      </span>
      {percent} %
    </>
  );
}
