import { workerData } from 'node:worker_threads';
import {
  type HistogramPoolSizes,
  histogramPoolBytes,
} from '../../../native-free-core/histogram/histogram-layout.js';
import { HistogramPool } from '../../../native-free-core/histogram/histogram-pool.js';
import { PagedHistogram } from '../../../native-free-core/histogram/paged-histogram.js';

/** The owner thread of paged-histogram.test.ts: histograms 0 and 1 hand the same few pages to each other. */
const { shared, sizes } = workerData as { shared: SharedArrayBuffer; sizes: HistogramPoolSizes };
const pool = new HistogramPool(shared, 0, sizes);
const stop = new Int32Array(shared, histogramPoolBytes(sizes), 2);
const watched = new PagedHistogram(pool, 0);
const other = new PagedHistogram(pool, 1);
for (let generation = 0; Atomics.load(stop, 0) === 0; generation++) {
  for (let i = 0; i < 50; i++) watched.record(2 ** (generation % 4) * (1 + i / 50));
  watched.reset();
  other.record(1e9);
  if (generation % 3 === 0) other.reset();
}
