import { SERIES_PAGE_LENGTH } from '../../native-free-core/limits.js';
import { ProducerWindow } from '../../native-free-core/producer/producer-window.js';
import { countPoints, countTier } from '../store/count-tier.js';
import type { StoreFinding } from '../store/findings.js';
import {
  generationOfLogKey,
  logKey,
  numberOfKey,
  parseSegmentKey,
  tableEnd,
  tableKey,
  tierKey,
} from '../store/keys.js';
import {
  decodeGroupRecord,
  decodeProducerRecord,
  decodeShardRecord,
  decodeTierRecord,
  decodeWindowRecord,
  emptyGroupRecord,
  emptyTierRecord,
  type GroupRecord,
  type ShardRecord,
  type TierRecord,
} from '../store/records.js';
import { forEachSeries } from '../store/series-page.js';
import { forEachSpan } from '../store/span-page.js';
import {
  PREFIX_SHARD,
  SHARD_LOG,
  SHARD_PRODUCER,
  SHARD_RECORD,
  TABLE_GROUP,
  TABLE_SERIES,
  TABLE_SPAN,
  TABLE_WINDOW,
} from '../store/store-layout.js';
import { POINT_TABLES, TIER_TABLES } from '../store/tier-tables.js';
import { LogReplay } from './log-replay.js';
import { RecoveredSeries, type SeriesWords } from './recovered-series.js';
import { ShardEngine } from './shard-engine.js';
import type { ShardOptions } from './shard-options.js';

/** What the front end has to know of a recovered shard. */
export interface RecoveredShard extends SeriesWords {
  /** Series of each metric. */
  metrics: Map<string, number>;
  /** Numbers taken in each group, by the group's number in the folder; more than its series when pages are damaged. */
  groupNumbers: [group: number, numbers: number][];
  producers: { producer: number; name: string; seq: number }[];
  findings: StoreFinding[];
  replayedPoints: number;
  durationMs: number;
}

/** The clocks that recovery reads: now in ms, for the points; a steady one, to say how long it took. */
export interface RecoveryClock {
  nowMs(): number;
  monotonicMs(): number;
}

/**
 * Builds a shard's engine from its store: records, series, spans, windows, then the log. Nothing but what is damaged is
 * lost, and that is told in `findings`.
 */
export function recoverShard(
  options: ShardOptions,
  clock: RecoveryClock,
): { engine: ShardEngine; recovered: RecoveredShard } {
  const startedMs = clock.monotonicMs();
  const recovery = new Recovery(options);
  const groups = recovery.readGroups();
  const tiers = recovery.readTiers();
  const record = recovery.readShardRecord();
  const engine = new ShardEngine(options, { groups, tiers });
  const first = recovery.firstGeneration(groups);
  raiseRecords(groups, first);
  engine.head.reset(first);
  const replay = new LogReplay(engine, options, recovery.findings);
  replay.restore(record);
  recovery.readSeries(engine);
  recovery.readSpans(engine);
  recovery.readWindows(engine);
  const replayedPoints = replay.replayAll(clock.nowMs());
  replay.end();
  return { engine, recovered: recovery.result(engine, replayedPoints, clock.monotonicMs() - startedMs) };
}

/**
 * Everything before the first generation of the log is in blocks. A record that was rebuilt from segments may lag behind
 * that, because a group without points in a generation has no segment of it.
 */
function raiseRecords(groups: GroupRecord[], firstGeneration: number): void {
  for (const record of groups) {
    if (record.storedGeneration >= firstGeneration - 1) continue;
    record.storedGeneration = firstGeneration - 1;
    record.partialBound = 0;
  }
}

class Recovery {
  readonly #options: ShardOptions;
  readonly findings: StoreFinding[] = [];
  readonly #metrics = new Map<string, number>();
  readonly #series = new RecoveredSeries();

  constructor(options: ShardOptions) {
    this.#options = options;
  }

  #groupNumbers(): number[] {
    const { map, shard } = this.#options;
    return Array.from({ length: map.groupCount(shard) }, (_, i) => map.firstGroup(shard) + i);
  }

  readGroups(): GroupRecord[] {
    const { store, shard } = this.#options;
    return this.#groupNumbers().map((group) => {
      const value = store.get(tableKey(group, TABLE_GROUP));
      if (value === undefined) return emptyGroupRecord();
      const record = decodeGroupRecord(value);
      if (record !== undefined) return record;
      const rebuilt = this.#rebuildGroup(group);
      this.findings.push({
        shard,
        what: 'group record',
        where: `group ${group}`,
        done: `rebuilt from its segments: stored up to generation ${rebuilt.storedGeneration}`,
      });
      return rebuilt;
    });
  }

  /** From what is there: segments of generations whose log is gone are whole, one whose log is there may be partial. */
  #rebuildGroup(group: number): GroupRecord {
    const { store } = this.#options;
    let firstLogged = Number.POSITIVE_INFINITY;
    store.forEachKey(logKey(0, 0), tableEnd(PREFIX_SHARD, SHARD_LOG), (key) => {
      firstLogged = generationOfLogKey(key);
      return false;
    });
    const record = emptyGroupRecord();
    for (const table of POINT_TABLES) {
      store.forEachKey(tableKey(group, table), tableEnd(group, table), (key) => {
        const { generation, lastNumber } = parseSegmentKey(key);
        if (generation < firstLogged) record.storedGeneration = Math.max(record.storedGeneration, generation);
        else if (generation === firstLogged)
          record.partialBound = Math.max(record.partialBound, lastNumber + 1);
        return true;
      });
    }
    if (firstLogged !== Number.POSITIVE_INFINITY) record.storedGeneration = firstLogged - 1;
    for (const table of POINT_TABLES) record.storedPoints += countPoints(store, group, table);
    return record;
  }

  /** The records of the groups' tiers. One that is damaged is counted anew. */
  readTiers(): TierRecord[][] {
    const { store, shard } = this.#options;
    return this.#groupNumbers().map((group) =>
      TIER_TABLES.map((table) => {
        const value = store.get(tierKey(group, table.tier));
        if (value === undefined) return emptyTierRecord();
        const record = decodeTierRecord(value);
        if (record !== undefined) return record;
        const counted = { ...emptyTierRecord(), ...countTier(store, group, table) };
        const where = `group ${group}, tier ${table.name}`;
        const done = `counted anew: ${counted.segments} segments; what was swept before is forgotten`;
        this.findings.push({ shard, what: 'tier record', where, done });
        return counted;
      }),
    );
  }

  readShardRecord(): ShardRecord {
    const { store, shard } = this.#options;
    const value = store.get(tableKey(PREFIX_SHARD, SHARD_RECORD));
    const empty = { session: 0, ringPosition: 0, nextLogPosition: 0, acceptedPoints: 0, damagedPoints: 0 };
    if (value === undefined) return empty;
    const record = decodeShardRecord(value);
    if (record !== undefined) return record;
    this.findings.push({ shard, what: 'shard record', where: 'shard', done: 'counts begin anew' });
    return empty;
  }

  /** The generation of the oldest log value, or the one behind everything stored. */
  firstGeneration(groups: GroupRecord[]): number {
    let first = Math.max(...groups.map((g) => g.storedGeneration)) + 1;
    this.#options.store.forEachKey(logKey(0, 0), tableEnd(PREFIX_SHARD, SHARD_LOG), (key) => {
      first = generationOfLogKey(key);
      return false;
    });
    return first;
  }

  readSeries(engine: ShardEngine): void {
    const { store, shard } = this.#options;
    for (const group of this.#groupNumbers()) {
      store.forEach(tableKey(group, TABLE_SERIES), tableEnd(group, TABLE_SERIES), (key, value) => {
        const page = numberOfKey(key);
        const whole = forEachSeries(value, page, (number, hashOffset, keyOffset) => {
          const metric = engine.series.restore(engine.head, group, number, value, keyOffset);
          this.#series.add(value, hashOffset, number, group, engine.series.classOfMetric(metric));
        });
        if (!whole) {
          engine.series.reserveNumbers(group, (page + 1) * SERIES_PAGE_LENGTH);
          this.findings.push({
            shard,
            what: 'series page',
            where: `group ${group}, page ${page}`,
            done: 'passed over: up to 256 series have lost their names; their points stay stored',
          });
        }
        return true;
      });
    }
    for (const [name, count] of engine.series.metricCounts()) this.#metrics.set(name, count);
  }

  readSpans(engine: ShardEngine): void {
    const { store, shard, map } = this.#options;
    for (const group of this.#groupNumbers()) {
      store.forEach(tableKey(group, TABLE_SPAN), tableEnd(group, TABLE_SPAN), (key, value) => {
        const page = numberOfKey(key);
        const whole = forEachSpan(value, page, (number, oldestMs, newestMs, newestValue) =>
          engine.head.restoreSpan(map.slotOf(group, number), oldestMs, newestMs, newestValue),
        );
        if (!whole) {
          const where = `group ${group}, page ${page}`;
          this.findings.push({
            shard,
            what: 'span page',
            where,
            done: 'passed over: first and last seen begin anew',
          });
        }
        return true;
      });
    }
  }

  readWindows(engine: ShardEngine): void {
    const { store, shard } = this.#options;
    this.#groupNumbers().forEach((group, i) => {
      store.forEach(tableKey(group, TABLE_WINDOW), tableEnd(group, TABLE_WINDOW), (key, value) => {
        const producer = numberOfKey(key);
        const record = decodeWindowRecord(value);
        if (record === undefined) {
          const where = `group ${group}, producer ${producer}`;
          this.findings.push({ shard, what: 'producer window', where, done: 'begins anew at seq 1' });
        } else {
          const { contiguous, low, high, lastSeenMs } = record;
          engine.windows.restore(producer, i, new ProducerWindow(contiguous, low, high), lastSeenMs);
        }
        return true;
      });
    });
    engine.windows.restored();
  }

  #lostProducer(producer: number): void {
    const { shard } = this.#options;
    const done = 'forgotten: what it sends again counts as new';
    this.findings.push({ shard, what: 'producer', where: `producer ${producer}`, done });
  }

  result(engine: ShardEngine, replayedPoints: number, durationMs: number): RecoveredShard {
    const names = new Map<number, string>();
    this.#options.store.forEach(
      tableKey(PREFIX_SHARD, SHARD_PRODUCER),
      tableEnd(PREFIX_SHARD, SHARD_PRODUCER),
      (key, value) => {
        const name = decodeProducerRecord(value);
        if (name !== undefined) names.set(numberOfKey(key), Buffer.from(name).toString('utf8'));
        else this.#lostProducer(numberOfKey(key));
        return true;
      },
    );
    const seqs = new Map([...engine.windows.contiguous()].map(({ producer, seq }) => [producer, seq]));
    return {
      ...this.#series.words(),
      metrics: this.#metrics,
      groupNumbers: this.#groupNumbers().map((group) => [group, engine.series.groupCount(group)]),
      producers: [...names].map(([producer, name]) => ({ producer, name, seq: seqs.get(producer) ?? 0 })),
      findings: this.findings,
      replayedPoints,
      durationMs,
    };
  }
}
