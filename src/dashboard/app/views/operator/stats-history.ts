import { signal } from '@preact/signals';
import { getJson } from '../../api/client';
import type { OperatorStats } from '../../api/operator-stats';
import { nowMs } from '../../clock';
import { Loader } from '../../state/loader';
import { whileSeen } from '../../state/while-seen';

/** How often the engine is asked, ms. */
const POLL_MS = 1_000;

/** Samples kept: ten minutes. */
const SAMPLES_MAX = 600;

export interface Sample {
  timeMs: number;
  pointsPerSecond: number;
  ackP99Ms: number | null;
  commitP99Ms: number | null;
}

/** The operator's figures, once a second while the view is open and the page is seen, with a history of the rates. */
export class StatsHistory {
  readonly loader = new Loader<OperatorStats>();
  readonly samples = signal<readonly Sample[]>([]);

  start(): () => void {
    void this.poll();
    const end = whileSeen(POLL_MS, () => {
      // A slow engine is waited for: a question given up for the next would never be answered.
      if (!this.loader.state.value.isLoading) void this.poll();
    });
    return () => {
      end();
      this.loader.end();
    };
  }

  async poll(): Promise<void> {
    const before = this.loader.state.value.value;
    await this.loader.load((abort) => getJson<OperatorStats>('/api/v1/operator/stats', {}, abort));
    const stats = this.loader.state.value.value;
    if (stats === undefined || stats === before) return;
    const commits = stats.shards.flatMap((shard) => shard.commit_latency.p99_ms ?? []);
    const sample: Sample = {
      timeMs: nowMs(),
      pointsPerSecond: stats.points_per_second['1s'],
      ackP99Ms: stats.ingest.ack_latency.p99_ms ?? null,
      commitP99Ms: commits.length === 0 ? null : Math.max(...commits),
    };
    this.samples.value = [...this.samples.value.slice(1 - SAMPLES_MAX), sample];
  }
}
