import { COMPACTION_BOUNDS } from '../../../../../src/shard/jobs/compaction-bounds.js';
import { CompactionJob } from '../../../../../src/shard/jobs/compaction-job.js';
import { type JobHost, Quarantine } from '../../../../../src/shard/jobs/job-host.js';
import { layersOf, listTable } from '../../../../../src/shard/jobs/segment-ref.js';
import { KEEP_ALL } from '../../../../../src/shard/jobs/tier-cutoff.js';
import { TABLE_FRESH } from '../../../../../src/store/store-layout.js';
import type { BenchSize, MicroBench } from '../../../../harness.js';
import { BenchStore } from '../bench-store.js';
import { OpenShard } from '../shard-fixture.js';

/** Runs one compaction of all that is fresh; answers the bytes of what it made. */
function compact(host: JobHost, out: BenchStore): number {
  const segments = listTable(host.store, 0, TABLE_FRESH, host.quarantine);
  const job = new CompactionJob(host, 0, layersOf(segments), { onDone: () => {}, onGiveUp: () => {} });
  while (!job.hasWrites) job.step(0);
  job.write(out);
  job.committed();
  return out.bytes;
}

function bench(series: (size: BenchSize) => number, points: number): MicroBench {
  return {
    name: `CompactionJob, one generation of ${points} points a series (hash: bytes a point in all tiers * 1000)`,
    unit: 'points',
    perRun: (size) => series(size) * points,
    setup: (size) => {
      const shard = new OpenShard(series(size), points);
      const store = new BenchStore();
      shard.flush(store);
      const host: JobHost = {
        shard: 0,
        map: shard.map,
        store,
        books: shard.books,
        bounds: COMPACTION_BOUNDS,
        groupSeries: () => shard.series,
        cutoff: KEEP_ALL,
        quarantine: new Quarantine(0, () => {}),
        found: () => {},
      };
      return () => Math.round((1_000 * compact(host, new BenchStore())) / (shard.series * points));
    },
  };
}

export const benches: MicroBench[] = [
  bench((size) => (size === 'smoke' ? 50 : 4_000), 8),
  bench((size) => (size === 'smoke' ? 10 : 1_000), 80),
  bench((size) => (size === 'smoke' ? 2 : 200), 800),
];
