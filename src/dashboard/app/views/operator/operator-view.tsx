import { useEffect, useMemo, useState } from 'preact/hooks';
import type { OperatorStats } from '../../api/operator-stats';
import { ChartBox } from '../../chart/chart-box';
import { Legend } from '../../chart/legend';
import { bytesText, clockText, countText, millisecondsText, shortCount } from '../../ui/format';
import { ErrorNotice, Skeleton } from '../../ui/states';
import { Cardinality } from './cardinality';
import { LiveFigures } from './live-figures';
import { ShardTable } from './shard-table';
import { type Sample, StatsHistory } from './stats-history';
import { TierTable } from './tier-table';

const RATE_HEIGHT = 200;
/** The time that the charts show, ms: less of it while the view has not been open for as long. */
const SPAN_MS_MIN = 30_000;
const SPAN_MS_MAX = 120_000;
const NO_SERIES: ReadonlySet<number> = new Set();

/** How the engine is: one look is the answer, the details stand below. */
export function OperatorView() {
  const [history] = useState(() => new StatsHistory());
  useEffect(() => history.start(), [history]);
  const { value, error, atMs } = history.loader.state.value;
  return (
    <>
      {error !== undefined && <ErrorNotice error={error} retry={() => void history.poll()} staleMs={atMs} />}
      {value === undefined ? (
        <Skeleton height={360} />
      ) : (
        <Figures stats={value} samples={history.samples.value} lostMs={error === undefined ? 0 : atMs} />
      )}
      <Cardinality />
    </>
  );
}

interface FiguresProps {
  stats: OperatorStats;
  samples: readonly Sample[];
  /** When the engine last told its figures, ms, if it no longer does; else 0. */
  lostMs: number;
}

function Figures({ stats, samples, lostMs }: FiguresProps) {
  const { ingest, queries } = stats;
  const refused = Object.entries(stats.rejects).filter(([, count]) => count > 0);
  return (
    <>
      <section class="card" aria-labelledby="health">
        <header>
          <h2 id="health">{lostMs > 0 ? `No answer since ${clockText(lostMs)}` : health(stats)}</h2>
          <span class="muted">
            version {stats.version}, up {uptimeText(stats.uptime_seconds)}
            {refused.length === 0 && ', no points refused'}
          </span>
        </header>
        <div class="tiles">
          <Tile name="points a second" value={shortCount(stats.points_per_second['1s'])} />
          <Tile name="points accepted" value={shortCount(stats.points_accepted)} />
          <Tile name="series" value={countText(stats.series)} />
          <Tile name="metrics" value={countText(stats.metrics)} />
          <Tile name="ACK p99" value={latencyText(ingest.ack_latency.p99_ms)} />
          <Tile name="query p99" value={latencyText(queries.latency.p99_ms)} />
          <Tile name="connections" value={countText(ingest.connections)} />
          <Tile name="memory" value={bytesText(stats.memory.rss_bytes)} />
        </div>
      </section>
      <RateCharts samples={samples} />
      <ShardTable shards={stats.shards} />
      <div class="grid">
        <TierTable />
        <LiveFigures live={stats.live} />
        {refused.length > 0 && <Rejects refused={refused} />}
      </div>
    </>
  );
}

const latencyText = (ms: number | null | undefined): string =>
  ms === undefined || ms === null ? '–' : millisecondsText(ms);

function health({ status, conservation }: OperatorStats): string {
  if (status !== 'ok') return `Attention: ${status.replaceAll('_', ' ')}`;
  if (conservation.difference !== 0) return 'Attention: points do not add up';
  if (conservation.damaged > 0) return `Attention: ${countText(conservation.damaged)} points were damaged`;
  return 'Healthy';
}

function uptimeText(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const hours = Math.floor(seconds / 3_600);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours > 0
    ? `${hours} h ${Math.floor((seconds % 3_600) / 60)} min`
    : `${Math.floor(seconds / 60)} min`;
}

function Tile({ name, value }: { name: string; value: string }) {
  return (
    <div class="tile">
      <b>{value}</b>
      <span class="muted">{name}</span>
    </div>
  );
}

function RateCharts({ samples }: { samples: readonly Sample[] }) {
  const columns = useMemo(() => {
    const times = samples.map((sample) => sample.timeMs);
    return {
      rate: { times, series: [{ name: 'points a second', values: samples.map((s) => s.pointsPerSecond) }] },
      latency: {
        times,
        series: [
          { name: 'ACK p99', values: samples.map((s) => s.ackP99Ms) },
          { name: 'slowest shard, commit p99', values: samples.map((s) => s.commitP99Ms) },
        ],
      },
    };
  }, [samples]);
  const toMs = samples.at(-1)?.timeMs ?? 0;
  const firstMs = Math.min(samples[0]?.timeMs ?? 0, toMs - SPAN_MS_MIN);
  const shared = {
    height: RATE_HEIGHT,
    fromZero: true,
    fromMs: Math.max(firstMs, toMs - SPAN_MS_MAX),
    toMs,
    hidden: NO_SERIES,
    onZoom: () => {},
    onHover: () => {},
  };
  return (
    <div class="grid">
      <section class="card" aria-labelledby="rate">
        <header>
          <h2 id="rate">Points a second</h2>
          <span class="muted">accepted, the last two minutes</span>
        </header>
        <ChartBox {...shared} columns={columns.rate} label="Points accepted a second" />
        <Legend series={columns.rate.series} />
      </section>
      <section class="card" aria-labelledby="latency">
        <header>
          <h2 id="latency">Latency, ms</h2>
          <span class="muted">p99 since the start</span>
        </header>
        <ChartBox
          {...shared}
          columns={columns.latency}
          label="Latency of acknowledgements and commits in milliseconds"
        />
        <Legend series={columns.latency.series} />
      </section>
    </div>
  );
}

/** Points refused, the most frequent reason first. */
function Rejects({ refused }: { refused: readonly (readonly [reason: string, count: number])[] }) {
  const rows = [...refused].sort((a, b) => b[1] - a[1]);
  return (
    <section class="card" aria-labelledby="rejects">
      <header>
        <h2 id="rejects">Points refused</h2>
        <span class="muted">by reason, since the start</span>
      </header>
      <table class="table">
        <tbody>
          {rows.map(([reason, count]) => (
            <tr key={reason}>
              <td>{reason}</td>
              <td class="number">{countText(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
