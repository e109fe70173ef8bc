import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShardMap, shardOfRef, slotOfRef } from '../../../native-free-core/series/refs.js';
import { hashWords } from '../../../native-free-core/series/siphash128.js';
import { RejectCode } from '../../../protocol/index.js';
import { SeriesResolver } from '../../../src/ingest/series-resolver.js';
import { ShardLinks } from '../../../src/ingest/shard-links.js';
import type { RecoveredShard } from '../../../src/shard/recovery.js';
import { SHARD_COUNTERS, ShardCounters } from '../../../src/shard/shard-counters.js';
import { ringAt } from '../../native-free-core/ring/rings.js';
import { VECTOR_HASH_KEY, WIRE_LIMITS } from '../../native-free-core/series/keys.js';

interface Defined {
  shard: number;
  slot: number;
  hash: number[];
}

/** Links that keep what is defined. */
class KeptLinks extends ShardLinks {
  readonly defined: Defined[] = [];

  override defineSeries(shard: number, slot: number, hash: Int32Array): void {
    this.defined.push({ shard, slot, hash: [...hash] });
  }
}

const MAP = new ShardMap(3);

function make(limits: { seriesTotalMax?: number; seriesPerMetricMax?: number } = {}): {
  resolver: SeriesResolver;
  links: KeptLinks;
} {
  const memories = [ringAt(), ringAt(), ringAt()];
  const counters = memories.map(() => new ShardCounters(new SharedArrayBuffer(SHARD_COUNTERS.length * 8)));
  const links = new KeptLinks(memories, counters);
  const all = { ...WIRE_LIMITS, seriesTotalMax: 1_000, seriesPerMetricMax: 1_000, ...limits };
  return { resolver: new SeriesResolver(MAP, VECTOR_HASH_KEY, all, links), links };
}

/** Resolves metric{host=…}. */
function refOf(resolver: SeriesResolver, metric: string, host: string): number {
  const source = Buffer.from(`${metric}host${host}`);
  resolver.key.begin(source, 0, metric.length);
  resolver.key.label(source, metric.length, metric.length + 4, metric.length + 4, source.length);
  return resolver.resolve();
}

/** What a shard would tell of what was defined in it. */
function recovered(shard: number, defined: Defined[], metrics: [string, number][]): RecoveredShard {
  const own = defined.filter((d) => d.shard === shard);
  const series = new Int32Array(own.length * 5);
  own.forEach(({ slot, hash }, i) => {
    series.set([...hash, MAP.numberOfSlot(shard, slot)], i * 5);
  });
  return {
    series,
    seriesGroups: Uint8Array.from(own, ({ slot }) => MAP.groupOfSlot(shard, slot)),
    seriesClasses: Uint8Array.from(own, () => 3),
    metrics: new Map(metrics),
    groupNumbers: [],
    producers: [],
    findings: [],
    replayedPoints: 0,
    durationMs: 0,
  };
}

test('resolve() numbers a series once and defines it in its shard', () => {
  const { resolver, links } = make();
  const refs = Array.from({ length: 100 }, (_, i) => refOf(resolver, 'm', String(i)));
  assert.equal(new Set(refs).size, 100);
  assert.deepEqual(
    Array.from({ length: 100 }, (_, i) => refOf(resolver, 'm', String(i))),
    refs,
  );
  assert.deepEqual(
    links.defined.map(({ shard, slot }) => [shard, slot]),
    refs.map((ref) => [shardOfRef(ref), slotOfRef(ref)]),
  );
  assert.deepEqual([resolver.seriesCount, resolver.metricCount], [100, 1]);
});

test('resolve() answers the reject reason, negated, and defines nothing', () => {
  const { resolver, links } = make();
  const check = (fill: () => void, code: number) => {
    fill();
    assert.equal(resolver.resolve(), -code);
  };
  const text = Buffer.from('m'.repeat(2_000));
  check(() => resolver.key.begin(text, 0, 0), RejectCode.invalidName);
  check(() => {
    resolver.key.begin(text, 0, 1);
    resolver.key.badLabel();
  }, RejectCode.invalidLabel);
  check(() => {
    resolver.key.begin(text, 0, 1);
    resolver.key.label(text, 0, 200, 0, 1);
  }, RejectCode.labelTooLong);
  check(() => {
    resolver.key.begin(text, 0, 1);
    for (let i = 1; i <= 33; i++) resolver.key.label(text, 0, i, 0, 1);
  }, RejectCode.tooManyLabels);
  assert.deepEqual([links.defined, resolver.seriesCount], [[], 0]);
});

test('resolve() refuses new series at the limits and finds the known ones', () => {
  const { resolver } = make({ seriesTotalMax: 4, seriesPerMetricMax: 2 });
  const known = refOf(resolver, 'a', '1');
  assert.ok(refOf(resolver, 'a', '2') >= 0);
  assert.equal(refOf(resolver, 'a', '3'), -RejectCode.metricSeriesLimit);
  assert.ok(refOf(resolver, 'b', '1') >= 0);
  assert.ok(refOf(resolver, 'c', '1') >= 0);
  assert.equal(refOf(resolver, 'd', '1'), -RejectCode.totalSeriesLimit);
  assert.equal(refOf(resolver, 'a', '1'), known);
  // A series that was refused counts for no metric.
  assert.deepEqual([resolver.seriesCount, resolver.metricCount], [4, 3]);
});

test('restore() gives every series its old reference, and the limits go on counting', () => {
  const first = make();
  const hosts = Array.from({ length: 60 }, (_, i) => String(i));
  const refs = hosts.map((host) => refOf(first.resolver, 'm', host));
  const { resolver, links } = make({ seriesPerMetricMax: 62 });
  for (let shard = 0; shard < 3; shard++) {
    const own = first.links.defined.filter((d) => d.shard === shard).length;
    resolver.restore(recovered(shard, first.links.defined, [['m', own]]));
  }
  assert.deepEqual(
    hosts.map((host) => refOf(resolver, 'm', host)),
    refs,
  );
  assert.deepEqual(new Set(refs.map((ref) => resolver.classes.of(ref))), new Set([3]));
  assert.deepEqual(links.defined, []);
  assert.ok(refOf(resolver, 'm', 'new') >= 0);
  assert.ok(!refs.includes(refOf(resolver, 'm', 'new')));
  assert.ok(refOf(resolver, 'm', 'newer') >= 0);
  assert.equal(refOf(resolver, 'm', 'newest'), -RejectCode.metricSeriesLimit);
});

test('restore() leaves numbers free that a damaged page may have given', () => {
  const { resolver, links } = make();
  const groupNumbers = Array.from({ length: 16 }, (_, group): [number, number] => [group, 256]);
  for (let shard = 0; shard < 3; shard++) {
    const own = groupNumbers.filter(([group]) => MAP.shardOfGroup(group) === shard);
    resolver.restore({ ...recovered(shard, [], []), groupNumbers: own });
  }
  const ref = refOf(resolver, 'm', 'a');
  assert.equal(MAP.numberOfSlot(shardOfRef(ref), slotOfRef(ref)), 256);
  assert.deepEqual(links.defined[0]?.hash, [...hashWords]);
});
