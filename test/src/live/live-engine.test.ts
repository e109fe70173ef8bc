import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LiveEngine } from '../../../src/live/live-engine.js';
import type { LiveNews } from '../../../src/live/live-task.js';
import type { PointsQuestion, WindowsQuestion } from '../../../src/live/question.js';
import { TestShards } from '../query/query-fixture.js';

const POINTS: PointsQuestion = { kind: 'points', metric: 'm', selectors: [] };
const WINDOWS: WindowsQuestion = {
  kind: 'windows',
  metric: 'm',
  selectors: [],
  windowMs: 1_000,
  stats: [{ name: 'count' }],
  groupBy: [],
};

/** An engine over one shard, and what each look tells, a list of feeds a telling. */
function engineOf(shards: TestShards) {
  const clock = { nowMs: () => shards.nowMs, monotonicMs: () => 0 };
  const engine = new LiveEngine(() => shards.views, shards.findings, clock);
  const look = (): LiveNews[][] => {
    const told: LiveNews[][] = [];
    engine.look((news) => told.push(news));
    return told;
  };
  return { engine, look };
}

const feedsOf = (told: LiveNews[][]): number[][] =>
  told.map((news) => news.map((each) => (each.kind === 'figures' ? -1 : each.feed)));

const write = (shards: TestShards, value: number): void => {
  shards.write([{ name: 'm', labels: { host: 'a' }, timeMs: shards.nowMs, value }]);
  shards.settle();
};

it('LiveEngine tells points first, and windows on their beat', () => {
  const shards = new TestShards(1);
  const { engine, look } = engineOf(shards);
  write(shards, 1);
  engine.open(1, WINDOWS);
  engine.open(2, POINTS);
  assert.deepEqual(feedsOf(look()), [[1]], 'the open window is told, points that were there are not');
  write(shards, 2);
  assert.deepEqual(feedsOf(look()), [[2]]);
  shards.nowMs += 100;
  write(shards, 3);
  assert.deepEqual(feedsOf(look()), [[2], [1]]);
  engine.close(2);
  engine.close(1);
  assert.equal(engine.feeds, 0);
  assert.deepEqual(look(), []);
  shards.close();
});

it('LiveEngine spreads the beats of its windows', () => {
  const shards = new TestShards(1);
  const { engine, look } = engineOf(shards);
  const FEEDS = 20;
  for (let feed = 1; feed <= FEEDS; feed++)
    engine.open(feed, { ...WINDOWS, stats: [{ name: `p${feed}`, percent: feed }] });
  look();
  const perLook: number[] = [];
  for (let i = 0; i < 10; i++) {
    shards.nowMs += 10;
    write(shards, i);
    perLook.push(look().flat().length);
  }
  assert.equal(
    perLook.reduce((sum, count) => sum + count),
    FEEDS,
    'each once in a beat',
  );
  assert.ok(Math.max(...perLook) <= 4, `at most a few a look: ${perLook}`);
  shards.close();
});

it('LiveEngine ends a feed that fails by a fault of ours, and goes on with the others', () => {
  const shards = new TestShards(1);
  const { engine, look } = engineOf(shards);
  const broken = { ...WINDOWS, stats: [{ name: 'no such statistic' }] };
  engine.open(1, broken);
  engine.open(2, POINTS);
  look();
  shards.nowMs += 100;
  write(shards, 1);
  const [points, windows] = look();
  assert.deepEqual(feedsOf([points!]), [[2]]);
  const [failed] = windows!;
  assert.ok(failed?.kind === 'failed' && failed.code === 'MR_INTERNAL' && failed.feed === 1);
  assert.match(failed.fault!, /TypeError/);
  assert.equal(engine.feeds, 1);
  shards.close();
});
