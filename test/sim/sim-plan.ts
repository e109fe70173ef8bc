import type { HashKey } from '../../native-free-core/series/siphash128.js';
import { defaultWireLimits, type WireLimits } from '../../protocol/limits.js';
import type { ResolverLimits } from '../../src/ingest/series-resolver.js';
import type { TimeBounds } from '../../src/ingest/time-gate.js';
import type { CompactionBounds } from '../../src/shard/jobs/compaction-bounds.js';
import { SHARD_BOUNDS, type ShardBounds } from '../../src/shard/shard-options.js';
import type { SimRandom } from './sim-random.js';
import { makeRetention } from './sim-retention.js';

/** How often each kind of step is taken, relative to the others. */
export interface StepWeights {
  produce: number;
  deliverUp: number;
  deliverDown: number;
  work: number;
  progress: number;
  advance: number;
  jump: number;
  cut: number;
  flush: number;
  sweep: number;
  remove: number;
  repair: number;
  restartShard: number;
  crashShard: number;
  crashProcess: number;
  stopProcess: number;
  fillStore: number;
  makeRoom: number;
  quiesce: number;
  look: number;
  changeWorkers: number;
  snapshot: number;
  restore: number;
}

/** Everything about a run that its seed decides before it begins. */
export interface SimPlan {
  readonly steps: number;
  readonly shardCount: number;
  readonly series: number;
  readonly metrics: number;
  readonly hotGroups: number;
  readonly clients: number;
  readonly rowProducers: number;
  readonly hasHttp: boolean;
  readonly ringBytes: number;
  /** Where ring positions begin: near the end of their 32 bits, or behind the place from which rings rewind. */
  readonly ringStart: number;
  readonly arenaBytes: number;
  readonly hashKey: HashKey;
  readonly bounds: ShardBounds;
  readonly wire: WireLimits;
  readonly resolver: ResolverLimits;
  readonly times: TimeBounds;
  /** By tier, bytes of each shard. */
  readonly tierBytesMax: readonly number[];
  /** What one transaction of a copy holds. */
  readonly copyStep: { readonly pairs: number; readonly bytes: number };
  readonly weights: StepWeights;
}

const MINUTE_MS = 60_000;

/** Bytes of a points entry besides 20 a point, generously. */
const ENTRY_HEAD_BYTES = 128;

function makeWeights(random: SimRandom): StepWeights {
  // Whole kinds of trouble are absent from some seeds: they hide what the others could show.
  const trouble = (weight: number): number =>
    random.chance(0.3) ? 0 : weight * 4 ** (2 * random.next() - 1);
  return {
    produce: 18 * (0.3 + random.next()),
    deliverUp: 30,
    deliverDown: 15 * (0.3 + random.next()),
    work: 30 * (0.05 + random.next()),
    progress: 15 * (0.3 + random.next()),
    advance: 8,
    jump: trouble(0.3),
    cut: trouble(0.8),
    flush: random.pick([0, 0.3, 3]),
    sweep: random.pick([0, 0.3, 2]),
    remove: random.pick([0, 0.8, 3]),
    repair: random.pick([0, 0.2]),
    restartShard: 8,
    crashShard: trouble(2),
    crashProcess: trouble(0.4),
    stopProcess: trouble(0.15),
    fillStore: trouble(0.6),
    makeRoom: 1.2,
    quiesce: 0.1,
    look: 0.05,
    changeWorkers: trouble(0.3),
    snapshot: trouble(1),
    restore: trouble(1.2),
  };
}

/** Nothing goes wrong but with the clock, and all gets old: what sweeps have to find again is not hidden by what a crash forgets. */
function onlyAges(weights: StepWeights): StepWeights {
  const none = { cut: 0, crashShard: 0, crashProcess: 0, stopProcess: 0, fillStore: 0, repair: 0 };
  const nothingMoves = { changeWorkers: 0, snapshot: 0, restore: 0 };
  return { ...weights, ...none, ...nothingMoves, flush: 3, jump: 2, look: 2, advance: 20 };
}

/** So small that compactions and merges come often and in many steps; sometimes none comes by itself. */
function makeCompaction(random: SimRandom): CompactionBounds {
  const pointsSoft = random.pick([0, 20, 200, 1_000_000]);
  return {
    generationsMin: random.between(1, 4),
    generationsMax: random.between(1, 6),
    quietMs: random.pick([0, 1_000, MINUTE_MS]),
    ageMsMax: random.pick([0, 5_000, 10 * MINUTE_MS]),
    seriesPoints: random.pick([0, 1, 8]),
    pointsSoft,
    pointsHard: pointsSoft + random.pick([1, 50, 1_000]),
    jobBytes: random.pick([1, 500, 100_000]),
    stepWork: random.pick([1, 300, 2_000, 100_000]),
    chunkPoints: random.pick([2, 16, 1_024]),
    runCells: random.pick([1, 3, 128]),
    segmentBytes: random.pick([1, 200, 100_000]),
    laneSeries: random.pick([1, 3, 16, 4_096]),
    mergeLayers: random.between(2, 4),
    coldMs: random.pick([0, 1_000, MINUTE_MS]),
  };
}

/** Nothing stays fresh for long. */
const EAGER = { generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };

/** Draws the plan of a run. */
export function makePlan(random: SimRandom): SimPlan {
  const isAging = random.chance(0.3);
  const isLarge = random.chance(0.15);
  const ringBytes = isLarge ? 4 * 1024 * 1024 : random.pick([4_096, 4_096, 8_192, 16_384]);
  // Beyond the first MiB an empty ring rewinds; positions wrap at 2^31 and at 2^32.
  const ringStart = isLarge ? random.pick([0, (1 << 17) - 400]) : random.pick([0, 2 ** 31 - 700, -700]) | 0;
  const pointsMax = Math.min(90, Math.floor((ringBytes / 2 - ENTRY_HEAD_BYTES) / 20));
  const series = isAging ? 20 : random.pick([3, 20, 60, 120, 400]);
  const metrics = random.between(isAging ? 4 : 1, 12);
  const wire = {
    ...defaultWireLimits,
    pointsPerBatchMax: pointsMax,
    inFlightMax: random.pick([2, 6, 12, 40]),
  };
  const small = random.chance(0.15);
  const arenaBytesSoft = 1_024 * random.between(2, 24);
  const { retention, tierBytesMax, sweep, isNear } = makeRetention(random, isAging);
  const arenaBytesPerSeries = random.pick([0, 16, 136]);
  return {
    steps: random.between(150, random.chance(0.1) ? 1_600 : 600),
    shardCount: random.between(1, 4),
    series,
    metrics,
    hotGroups: series === 400 || isAging || random.chance(0.1) ? random.between(1, 2) : 0,
    clients: random.between(1, 3),
    rowProducers: random.between(0, 2),
    hasHttp: random.chance(0.4),
    ringBytes,
    ringStart,
    // The soft bound and one entry whose every point opens an extent.
    arenaBytes:
      2 ** Math.ceil(Math.log2(arenaBytesSoft + arenaBytesPerSeries * series + 128 * (pointsMax + 8))),
    hashKey: { k0Low: random.word(), k0High: random.word(), k1Low: random.word(), k1High: random.word() },
    bounds: {
      ...SHARD_BOUNDS,
      arenaBytesSoft,
      arenaBytesPerSeries,
      cycleBytesMax: 128 << random.int(6),
      logBytesMax: 1_024 << random.int(6),
      flushAgeMsMax: random.pick([2_000, 5_000, MINUTE_MS, 60 * MINUTE_MS]),
      flushStepPoints: 2 << random.int(7),
      flushStepSeries: 1 << random.int(8),
      batchSeriesPoints: random.pick([0, 1, 4, 32]),
      compaction: { ...makeCompaction(random), ...(isNear && random.chance(0.7) ? EAGER : {}) },
      sweep,
    },
    wire,
    resolver: {
      ...wire,
      seriesTotalMax: small ? Math.max(2, series - random.int(20)) : series + 10,
      seriesPerMetricMax: small ? Math.ceil(series / metrics) : series + 10,
      retention,
    },
    times: { retention, clockSkewMs: 10 * MINUTE_MS },
    tierBytesMax,
    copyStep: { pairs: random.pick([1, 3, 20, 1_000]), bytes: random.pick([1, 300, 100_000]) },
    weights: isAging ? onlyAges(makeWeights(random)) : makeWeights(random),
  };
}
