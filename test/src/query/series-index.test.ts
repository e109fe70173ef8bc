import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ShardMap } from '../../../native-free-core/series/refs.js';
import {
  createSeriesIndexMemory,
  type SeriesIndexMemory,
} from '../../../native-free-core/series-index/series-index-memory.js';
import { systemClock } from '../../../src/clock.js';
import type { LabelMatcher, MatchOp } from '../../../src/http/ports.js';
import { OwnIndexPass } from '../../../src/indexer/own-index-pass.js';
import { SeriesConditions } from '../../../src/query/label-matcher.js';
import { SeriesIndex } from '../../../src/query/series-index.js';
import { ShardSeries } from '../../../src/query/shard-series.js';
import { QueryCancelled, StopCheck } from '../../../src/query/stop-check.js';
import { type PagedSeries, SeriesPages } from './series-pages.js';

const HASH_KEY = { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 };
const never = (): void => assert.fail('no page is damaged');
const stop = new StopCheck(systemClock, 60_000);

const newMemory = (): SeriesIndexMemory =>
  createSeriesIndexMemory({ rowsMax: 20_000, heapBytes: 8 * 1024 * 1024 }, HASH_KEY);

const openIndex = (pages: SeriesPages, memory = newMemory()): SeriesIndex =>
  new SeriesIndex(memory, new OwnIndexPass(memory, pages.shards(), never));

const holds = ({ label, op, value }: LabelMatcher, labels: Record<string, string>): boolean => {
  const actual = labels[label] ?? '';
  const isSo = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
  return isSo === !op.startsWith('!');
};

const naive = (series: PagedSeries[], metric: string, matchers: LabelMatcher[]): PagedSeries[] =>
  series
    .filter((s) => s.name === metric && matchers.every((matcher) => holds(matcher, s.labels)))
    .sort((a, b) => a.group - b.group || a.number - b.number);

/** What each of the shards says, one behind the other, as series. */
function found(index: SeriesIndex, map: ShardMap, name: string, conditions: SeriesConditions): PagedSeries[] {
  return Array.from({ length: map.shardCount }, (_, shard) => {
    const view = new ShardSeries(index, shard, map);
    const metric = view.metric(name);
    if (metric === undefined) return [];
    const { items, length } = view.select(metric, conditions);
    return Array.from(items.subarray(0, length), (id) => ({
      group: map.firstGroup(shard) + view.localGroupOf(id),
      number: view.numberOf(id),
      name: view.metrics[view.metricOrderOf(id)]!.name,
      labels: view.labelsOf(id),
    }));
  }).flat();
}

const label = fc.constantFrom('host', 'region', 'zone');
const value = fc.constantFrom('a', 'b', 'ab', 'ä', 'a|b', '日本');
const matcher = fc.oneof(
  fc.record({ label, op: fc.constantFrom<MatchOp>('=', '!='), value: fc.oneof(value, fc.constant('')) }),
  fc.record({
    label,
    op: fc.constantFrom<MatchOp>('=~', '!~'),
    value: fc.constantFrom('a.*', '', '.+', '.*', 'a|b', 'ä?', '[ab]', 'ab?', '(a|日本)', '日.', '.*b', 'x|'),
  }),
);
const matchers = fc.array(matcher, { maxLength: 4 });

describe('SeriesIndex', () => {
  it('selects what the matchers say, in the order of group and number, while it grows, for any number of shards', () => {
    const series = fc.record({
      group: fc.nat(15),
      name: fc.constantFrom('cpu', 'mem'),
      labels: fc.dictionary(label, value, { noNullPrototype: true }),
    });
    const batches = fc.array(fc.array(series, { maxLength: 30 }), { minLength: 1, maxLength: 4 });
    const run = (
      batch: (typeof series extends fc.Arbitrary<infer S> ? S : never)[][],
      all: LabelMatcher[],
      shards: number,
    ): void => {
      const pages = new SeriesPages();
      const map = new ShardMap(shards);
      const index = openIndex(pages);
      const conditions = new SeriesConditions(all);
      for (const added of batch) {
        for (const { group, name, labels } of added) pages.add(group, name, labels);
        index.begin(stop);
        assert.equal(index.count, pages.series.length);
        for (const name of ['cpu', 'mem']) {
          assert.deepEqual(found(index, map, name, conditions), naive(pages.series, name, all));
          const metric = index.metric(name);
          const isThere = metric !== undefined && index.hasAny(metric, conditions);
          assert.equal(isThere, naive(pages.series, name, all).length > 0);
        }
        const both = index.select(index.metrics, conditions).rows;
        assert.equal(both.length, pages.series.filter((s) => all.every((m) => holds(m, s.labels))).length);
      }
    };
    fc.assert(fc.property(batches, matchers, fc.integer({ min: 1, max: 16 }), run));
  });

  it('selects the same where there are many series, whichever way is taken to them', () => {
    const pages = new SeriesPages();
    for (let i = 0; i < 6_000; i++) {
      const host = i % 1_500;
      const labels: Record<string, string> = { host: `web-${host}`, region: ['eu', 'us', 'ap'][host % 3]! };
      if (host % 7 === 0) labels['canary'] = 'yes';
      pages.add((i * 7) % 16, `m${Math.floor(i / 1_500) % 3}`, labels);
    }
    const index = openIndex(pages);
    index.begin(stop);
    const map = new ShardMap(2);
    const check = (...all: LabelMatcher[]): void => {
      const conditions = new SeriesConditions(all);
      for (const name of ['m0', 'm1', 'm2', 'm3']) {
        assert.deepEqual(
          found(index, map, name, conditions),
          naive(pages.series, name, all),
          JSON.stringify(all),
        );
      }
    };
    check({ label: 'host', op: '=', value: 'web-7' });
    check({ label: 'host', op: '=~', value: 'web-7.*' });
    check({ label: 'host', op: '=~', value: 'web-(1|2|3|2000)' });
    check({ label: 'host', op: '=~', value: '.*5' }, { label: 'region', op: '=', value: 'eu' });
    check({ label: 'host', op: '!~', value: '.*5' }, { label: 'region', op: '!=', value: 'eu' });
    check({ label: 'region', op: '=', value: 'eu' }, { label: 'canary', op: '=', value: '' });
    check({ label: 'region', op: '=~', value: 'eu|us' }, { label: 'canary', op: '!=', value: '' });
    check({ label: 'host', op: '=~', value: 'web-1?' }, { label: 'canary', op: '=', value: 'yes' });
    check({ label: 'nowhere', op: '=', value: '' }, { label: 'host', op: '!=', value: 'web-1' });
    check({ label: 'nowhere', op: '=~', value: '.+' });
    check({ label: 'canary', op: '=~', value: 'yes|' });
    check({ label: 'canary', op: '!~', value: 'yes|' });
  });

  it('stops within a value or a name where each takes a pattern long', () => {
    const pages = new SeriesPages();
    for (let i = 0; i < 100; i++) pages.add(i % 16, `m${i}`, { host: `h${i}` });
    const index = openIndex(pages);
    let looks = 0;
    let looksMax = Number.POSITIVE_INFINITY;
    index.begin(new StopCheck(systemClock, 60_000, () => ++looks > looksMax));
    const check = (label: string, value: string, expected: number): void => {
      looks = 0;
      const conditions = new SeriesConditions([{ label, op: '=~', value }]);
      const find = (): unknown => index.select(index.metricsThat(conditions), conditions);
      find();
      assert.ok(looks >= expected, `${looks} looks at the stop flag for ${label}=~"${value}"`);
      looks = 0;
      looksMax = 1;
      assert.throws(() => {
        const again = new SeriesConditions([{ label, op: '=~', value }]);
        index.select(index.metricsThat(again), again);
      }, QueryCancelled);
      looksMax = Number.POSITIVE_INFINITY;
    };
    const long = '[a-z]?.*[0-9]{1000}.{900}';
    check('host', long, 100);
    check('__name__', long, 100);
  });

  it('reads only pages that may have grown', () => {
    const pages = new SeriesPages();
    const index = openIndex(pages);
    for (let i = 0; i < 1_000; i++) pages.add(3, 'cpu', { host: `h${i}` });
    index.begin(stop);
    assert.equal(pages.pagesRead, 4);
    pages.add(3, 'cpu', { host: 'new' });
    index.begin(stop);
    assert.equal(pages.pagesRead, 5);
    assert.equal(index.count, 1_001);
    index.begin(stop);
    assert.equal(pages.pagesRead, 5);
    index.refreshAll();
    assert.equal(pages.pagesRead, 6);
  });

  it('numbers slots as the shard map does', () => {
    const map = new ShardMap(3);
    const pages = new SeriesPages();
    for (let i = 0; i < 50; i++)
      pages.add(map.firstGroup(1) + (i % map.groupCount(1)), 'cpu', { host: `h${i}` });
    const index = openIndex(pages);
    index.begin(stop);
    const view = new ShardSeries(index, 1, map);
    for (let id = 0; id < 50; id++) {
      const group = map.firstGroup(1) + view.localGroupOf(id);
      assert.equal(view.slotOf(id), map.slotOf(group, view.numberOf(id)));
    }
  });

  it('shows labels with any name, and the newest values of texts that share a place in its memory', () => {
    const pages = new SeriesPages();
    const labels = Object.fromEntries([
      ['__proto__', 'own'],
      ['constructor', 'too'],
    ]);
    pages.add(0, 'cpu', labels);
    const index = openIndex(pages);
    index.begin(stop);
    assert.deepEqual(Object.entries(index.labels.of(0)), Object.entries(labels));
  });

  it('gives one query the same series throughout, whatever is added meanwhile', () => {
    const pages = new SeriesPages();
    const memory = newMemory();
    const writing = openIndex(pages, memory);
    const reading = new SeriesIndex(memory, { bring: (reader) => void reader.sync() });
    for (let i = 0; i < 100; i++) pages.add(i % 16, 'cpu', { host: `h${i}` });
    writing.begin(stop);
    reading.begin(stop);
    const all = new SeriesConditions([]);
    for (let i = 0; i < 5_000; i++) pages.add(i % 16, 'cpu', { host: `i${i}` });
    writing.begin(stop);
    assert.equal(reading.select(reading.metrics, all).rows.length, 100);
    assert.equal(writing.select(writing.metrics, all).rows.length, 5_100);
    const named = new SeriesConditions([{ label: 'host', op: '=~', value: 'i.*' }]);
    assert.equal(reading.select(reading.metrics, named).rows.length, 0);
    assert.equal(writing.select(writing.metrics, named).rows.length, 5_000);
  });
});
