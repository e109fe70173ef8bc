import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { LatencyReport } from './latency-report.js';

/** How often the loop is asked to turn, ms. A turn is late by what it took beyond this. */
const RESOLUTION_MS = 10;

const NS_PER_MS = 1e6;

/** How late the socket thread's event loop turns, since the process began. */
export class EventLoop {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  report(): LatencyReport {
    const { count, max } = this.#histogram;
    const late = (ns: number): number | null =>
      count === 0 ? null : Math.max(0, Math.round((ns / NS_PER_MS - RESOLUTION_MS) * 1_000) / 1_000);
    const quantile = (percent: number): number | null =>
      count === 0 ? null : late(this.#histogram.percentile(percent));
    return {
      count,
      p50_ms: quantile(50),
      p90_ms: quantile(90),
      p99_ms: quantile(99),
      p99_9_ms: quantile(99.9),
      max_ms: late(max),
    };
  }

  close(): void {
    this.#histogram.disable();
  }
}
