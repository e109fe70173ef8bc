import type { LiveStats } from '../../api/operator-stats';
import { countText, millisecondsText } from '../../ui/format';

/** Who listens to live push, and what they were told. */
export function LiveFigures({ live }: { live: LiveStats }) {
  const rows: readonly (readonly [string, string])[] = [
    ['connections', countText(live.connections)],
    ['subscriptions', countText(live.listeners)],
    ['different ones', countText(live.feeds)],
    ['messages sent', countText(live.messages_told)],
    ['passed over for slow readers', countText(live.messages_passed_over)],
    ['points that readers missed', countText(live.points_missed)],
    ['longest look', millisecondsText(live.look_ms_max)],
  ];
  return (
    <section class="card" aria-labelledby="live-push">
      <header>
        <h2 id="live-push">Live push</h2>
        <span class="muted">since the start</span>
      </header>
      <table class="table">
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <td>{name}</td>
              <td class="number">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
