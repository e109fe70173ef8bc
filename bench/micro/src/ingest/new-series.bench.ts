import { PagedHistogram } from '../../../../native-free-core/histogram/paged-histogram.js';
import { RetentionPolicy } from '../../../../native-free-core/retention/retention-policy.js';
import { RING_EMPTY, RingConsumer } from '../../../../native-free-core/ring/ring-consumer.js';
import { ringMemoryBytes } from '../../../../native-free-core/ring/ring-layout.js';
import { ShardMap } from '../../../../native-free-core/series/refs.js';
import { CursorWriter, defaultWireLimits, encodeSeries } from '../../../../protocol/index.js';
import { BatchIntake } from '../../../../src/ingest/batch-intake.js';
import { IngestConnection } from '../../../../src/ingest/connection.js';
import { frameDecoders } from '../../../../src/ingest/connection-context.js';
import { IngestCounters } from '../../../../src/ingest/ingest-counters.js';
import { ProducerDirectory } from '../../../../src/ingest/producer-directory.js';
import { SeriesResolver } from '../../../../src/ingest/series-resolver.js';
import { ShardLinks } from '../../../../src/ingest/shard-links.js';
import { SHARD_COUNTERS, ShardCounters } from '../../../../src/shard/shard-counters.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { TSBS_FIELDS, tsbsHosts } from '../../../macro/tsbs.js';
import { HASH_KEY } from '../../native-free-core/series/workload.js';

/**
 * What a SERIES frame costs the socket thread, which other connections' ACKs wait for: each series read, keyed, hashed, looked
 * up, and where it is new numbered and told to its shard. TSBS, ten labels a series.
 */
const RING_BYTES = 32 * 1024 * 1024;
const RETENTION = new RetentionPolicy({
  ...{ raw: 1e9, '1m': 1e9, '5m': 1e9, '1h': 1e9, '1d': 1e9 },
  rules: [],
});
const seriesOf = (size: BenchSize): number => (size === 'full' ? 10_000 : 500);

function frameOf(series: number): Uint8Array {
  const writer = new CursorWriter();
  const hosts = tsbsHosts(series / TSBS_FIELDS.length);
  const bindings = hosts.flatMap((labels, host) =>
    TSBS_FIELDS.map((name, field) => ({
      ref: host * TSBS_FIELDS.length + field,
      name: `cpu_${name}`,
      labels: { ...labels },
    })),
  );
  encodeSeries(writer, bindings);
  return writer.copy();
}

/** The front end over two rings, which are emptied between runs. */
class FrontEnd {
  readonly #memories = [0, 1].map(() => new SharedArrayBuffer(ringMemoryBytes(RING_BYTES)));
  readonly #consumers = this.#memories.map((memory) => new RingConsumer(memory));
  readonly #counters = this.#memories.map(
    () => new ShardCounters(new SharedArrayBuffer(SHARD_COUNTERS.length * 8)),
  );
  #connection = this.#fresh();

  /** Knows no series any more. */
  reset(): void {
    this.#connection = this.#fresh();
  }

  bind(frame: Uint8Array): number {
    this.#connection.onFrame(frame, 0);
    let entries = 0;
    for (const consumer of this.#consumers) {
      while (consumer.next() !== RING_EMPTY) entries++;
      consumer.markTaken();
      consumer.commit(consumer.position);
    }
    return entries;
  }

  #fresh(): IngestConnection {
    const links = new ShardLinks(this.#memories, this.#counters);
    const limits = { ...defaultWireLimits, seriesTotalMax: 2_000_000, seriesPerMetricMax: 1_000_000 };
    const resolver = new SeriesResolver(new ShardMap(2), HASH_KEY, limits, links);
    return new IngestConnection(
      {
        server: 'bench',
        limits: defaultWireLimits,
        tokens: undefined,
        links,
        intake: new BatchIntake(links, resolver, { retention: RETENTION, clockSkewMs: 0 }),
        producers: new ProducerDirectory(links),
        counters: new IngestCounters(PagedHistogram.withOwnMemory(8)),
        onWaiting: () => undefined,
        ...frameDecoders(defaultWireLimits),
      },
      { send: () => undefined, close: () => undefined },
    );
  }
}

export const benches: MicroBench[] = [
  {
    name: 'SERIES frame: series that are new',
    unit: 'values',
    perRun: seriesOf,
    setup: (size) => {
      const frame = frameOf(seriesOf(size));
      const frontEnd = new FrontEnd();
      return () => {
        frontEnd.reset();
        return frontEnd.bind(frame);
      };
    },
  },
  {
    name: 'SERIES frame: series that are known',
    unit: 'values',
    perRun: seriesOf,
    setup: (size) => {
      const frame = frameOf(seriesOf(size));
      const frontEnd = new FrontEnd();
      frontEnd.bind(frame);
      return () => frontEnd.bind(frame);
    },
  },
];
