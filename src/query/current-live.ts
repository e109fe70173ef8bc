import { LiveAggregate } from '../../native-free-core/live/live-aggregate.js';
import { coveredMs } from '../../native-free-core/live/live-seconds.js';
import { LIVE_BUSY, LIVE_OK, LiveWindowsReader } from '../../native-free-core/live/live-windows-reader.js';
import type { CurrentResult } from '../http/present/current.js';
import { READ_WAIT_MS } from './limits.js';
import type { TimeRange } from './point-scan.js';
import type { ShardView } from './shard-view.js';

/** Times that a row which its writer never leaves alone is asked again, after a sleep of READ_WAIT_MS. */
const BUSY_TRIES_MAX = 25;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Statistics of a metric from the shards' live windows: microseconds whatever the number of points, percentiles within
 * half a percent. Windows are of whole seconds (live-seconds.ts).
 */
export class CurrentLive {
  readonly #shards: { view: ShardView; reader: LiveWindowsReader }[];
  readonly #aggregate = new LiveAggregate();

  constructor(views: readonly ShardView[]) {
    this.#shards = views.map((view) => ({ view, reader: new LiveWindowsReader(view.memory.live) }));
  }

  /**
   * The metric's statistics in the range; a count of 0 when it has no points there. Undefined when the windows can't tell
   * all: they do not track the metric, ran out of memory for its percentiles, or are never left alone.
   */
  read(name: string, range: TimeRange): CurrentResult['metrics'][number] | undefined {
    const all = this.#aggregate;
    all.clear();
    for (const { view, reader } of this.#shards) {
      const slot = view.anySlotOf(name);
      if (slot === undefined) continue;
      if (!this.#readShard(reader, view.head.metricIndexOf(slot), range)) return undefined;
    }
    if (all.partial) return undefined;
    const { count, sum, mean, min, max, stddev } = all;
    const [p50, p90, p95, p99] = [50, 90, 95, 99].map((percent) => all.quantile(percent)) as [
      number,
      number,
      number,
      number,
    ];
    const ratePerSecond = count / (coveredMs(range.startMs, range.endMs) / 1_000);
    return {
      name,
      count,
      sum,
      mean,
      min,
      max,
      stddev,
      p50,
      p90,
      p95,
      p99,
      ratePerSecond,
      last: all.lastValue,
    };
  }

  #readShard(reader: LiveWindowsReader, metricIndex: number, range: TimeRange): boolean {
    for (let tries = 0; tries < BUSY_TRIES_MAX; tries++) {
      const status = reader.readInto(metricIndex, range.startMs, range.endMs, this.#aggregate);
      if (status !== LIVE_BUSY) return status === LIVE_OK;
      Atomics.wait(sleeper, 0, 0, READ_WAIT_MS);
    }
    return false;
  }
}
