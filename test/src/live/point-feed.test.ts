import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seededRandom } from '../../../bench/macro/tsbs.js';
import type { FeedMessage } from '../../../src/live/feed.js';
import { FEED_POINTS_MAX } from '../../../src/live/limits.js';
import { LiveBudget } from '../../../src/live/live-budget.js';
import { PointFeed } from '../../../src/live/point-feed.js';
import { OPEN_BOUNDS, type TestPoint, TestShards } from '../query/query-fixture.js';

interface ToldPoint {
  metric_name: string;
  host: string | null;
  time: string;
  value: number;
  labels: Record<string, string>;
}

const read = ({ members }: FeedMessage): ToldPoint => JSON.parse(`{${members}}`) as ToldPoint;

function feedOf(shards: TestShards): PointFeed {
  const clock = { nowMs: () => shards.nowMs, monotonicMs: () => 0 };
  const parts = { views: shards.views, clock, budget: new LiveBudget().open() };
  return new PointFeed({ kind: 'points', metric: 'm', selectors: [] }, parts);
}

const point = (labels: Record<string, string>, timeMs: number, value: number): TestPoint => ({
  name: 'm',
  labels,
  timeMs,
  value,
});

it('PointFeed tells each point from its begin on as the contract has it', () => {
  const shards = new TestShards(1);
  shards.write([point({ host: 'a' }, shards.nowMs, 1)]);
  shards.settle();
  const feed = feedOf(shards);
  assert.deepEqual(feed.look(), [], 'what was there before is no news');
  shards.write([
    point({ host: 'a', dc: 'x' }, shards.nowMs + 0.5, -0),
    point({ host: 'a' }, shards.nowMs, 2),
  ]);
  shards.settle();
  const told = feed.look().map(read);
  assert.deepEqual(
    told.sort((a, b) => a.value - b.value),
    [
      {
        metric_name: 'm',
        host: 'a',
        time: '2023-11-14T22:13:20.0005Z',
        value: 0,
        labels: { dc: 'x', host: 'a' },
      },
      { metric_name: 'm', host: 'a', time: '2023-11-14T22:13:20Z', value: 2, labels: { host: 'a' } },
    ],
  );
  assert.deepEqual(feed.look(), []);
  shards.close();
});

it('PointFeed tells the newest when there are too many, and counts the others', () => {
  const shards = new TestShards(1);
  const feed = feedOf(shards);
  feed.look();
  const total = FEED_POINTS_MAX + 50;
  shards.write(Array.from({ length: total }, (_, i) => point({ host: `h${i % 7}` }, shards.nowMs + i, i)));
  shards.settle();
  const values = feed.look().map((message) => read(message).value);
  assert.equal(values.length, FEED_POINTS_MAX);
  assert.equal(Math.min(...values), 50);
  assert.equal(feed.takeMissed(), 50);
  assert.equal(feed.takeMissed(), 0);
  shards.close();
});

it('PointFeed passes over the first found of those that are equally old', () => {
  const shards = new TestShards(1);
  const feed = feedOf(shards);
  feed.look();
  const old = FEED_POINTS_MAX - 10;
  shards.write([
    ...Array.from({ length: old }, (_, i) => point({ host: 'a' }, shards.nowMs, i)),
    ...Array.from({ length: 30 }, (_, i) => point({ host: 'a' }, shards.nowMs + 1, old + i)),
  ]);
  shards.settle();
  const values = feed.look().map((message) => read(message).value);
  assert.deepEqual(
    values,
    Array.from({ length: FEED_POINTS_MAX }, (_, i) => 20 + i),
  );
  assert.equal(feed.takeMissed(), 20);
  shards.close();
});

it('PointFeed counts points that were written over before a look', () => {
  const shards = new TestShards(1, OPEN_BOUNDS);
  const feed = feedOf(shards);
  feed.look();
  shards.write([point({ host: 'a' }, shards.nowMs, 1)]);
  shards.settle();
  feed.look();
  shards.write([point({ host: 'a' }, shards.nowMs, 2), point({ host: 'a' }, shards.nowMs, 3)]);
  shards.settle();
  for (let i = 0; i < 2; i++) {
    shards.closeGeneration();
    shards.settle();
    shards.write([point({ host: 'b' }, shards.nowMs, 4 + i)]);
    shards.settle();
  }
  const values = feed.look().map((message) => read(message).value);
  assert.deepEqual(values.sort(), [4, 5]);
  assert.equal(feed.takeMissed(), 2);
  shards.close();
});

for (const seed of [11, 12, 13, 14, 15, 16]) {
  it(`PointFeed tells each point once, across flushes, new series and restarts (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const shards = new TestShards(seed % 2 === 0 ? 2 : 1, OPEN_BOUNDS);
    let next = 0;
    const write = (): void => {
      const count = Math.floor(random() * 25);
      shards.write(
        Array.from({ length: count }, () =>
          point({ host: `h${Math.floor(random() * (3 + next / 200))}` }, shards.nowMs, next++),
        ),
      );
    };
    write();
    shards.settle();
    const feed = feedOf(shards);
    feed.look();
    const before = next;
    const told: number[] = [];
    for (let step = 0; step < 200; step++) {
      const dice = random();
      if (dice < 0.5) write();
      else if (dice < 0.88) shards.work();
      else {
        shards.settle();
        // A shard's thread that dies replays its log into the state that was followed.
        if (dice > 0.98) shards.restart(false);
        else shards.closeGeneration();
      }
      shards.nowMs += 10;
      told.push(...feed.look().map((message) => read(message).value));
    }
    shards.settle();
    told.push(...feed.look().map((message) => read(message).value));
    assert.equal(feed.takeMissed(), 0);
    assert.deepEqual(
      told.sort((a, b) => a - b),
      Array.from({ length: next - before }, (_, i) => before + i),
    );
    assert.ok(shards.shards.some(({ engine }) => engine.counters.get('flushes') > 2));
    shards.close();
  });
}

for (const seed of [21, 22, 23, 24]) {
  it(`PointFeed has told or counted as missed each point, however seldom it looks (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const shards = new TestShards(seed % 2 === 0 ? 2 : 1, OPEN_BOUNDS);
    const feed = feedOf(shards);
    feed.look();
    let written = 0;
    let told = 0;
    let missed = 0;
    const look = (): void => {
      told += feed.look().length;
      missed += feed.takeMissed();
    };
    for (let step = 0; step < 300; step++) {
      const dice = random();
      if (dice < 0.5) {
        const count = Math.floor(random() * 25);
        shards.write(
          Array.from({ length: count }, (_, i) =>
            point({ host: `h${Math.floor(random() * (3 + step / 30))}` }, shards.nowMs, i),
          ),
        );
        written += count;
        shards.settle();
      } else if (dice < 0.95) {
        shards.closeGeneration();
        shards.settle();
      } else {
        look();
        assert.equal(told + missed, written);
      }
      shards.nowMs += 10;
    }
    look();
    assert.equal(told + missed, written);
    assert.ok(missed > 100 && told > 100, `${told} were told, ${missed} missed`);
    shards.close();
  });
}

it('PointFeed ends when a shard starts again behind a generation that was closed since the last look', () => {
  const shards = new TestShards(1, OPEN_BOUNDS);
  const feed = feedOf(shards);
  feed.look();
  shards.write([point({ host: 'a' }, shards.nowMs, 1)]);
  shards.settle();
  shards.restart(false);
  assert.equal(feed.look().length, 1, 'what is replayed is told');
  shards.write([point({ host: 'a' }, shards.nowMs, 2)]);
  shards.settle();
  shards.closeGeneration();
  shards.settle();
  shards.write([point({ host: 'a' }, shards.nowMs, 3)]);
  shards.settle();
  shards.restart(false);
  assert.throws(() => feed.look(), /subscribe again/);
  shards.close();
});

it('PointFeed goes on with each series under its own labels when the index is built anew', () => {
  const shards = new TestShards(3);
  const feed = feedOf(shards);
  const write = (from: number, to: number, value: number): void => {
    for (let i = from; i < to; i++) {
      shards.write([point({ host: `h${i}` }, shards.nowMs + value, value)]);
      shards.settle();
    }
  };
  // One after the other, so that the index meets them in another order than that of their groups.
  for (let i = 0; i < 40; i++) {
    write(i, i + 1, 1);
    feed.look();
  }
  const rowsBefore = shards.views[0]!.index.series.labels.of(0);
  shards.rebuildIndex();
  write(0, 45, 2);
  const told = feed.look().map(read);
  assert.notDeepEqual(shards.views[0]!.index.series.labels.of(0), rowsBefore, 'rows are others now');
  assert.deepEqual(
    told.map(({ labels, value }) => `${labels['host']} ${value}`).sort(),
    Array.from({ length: 45 }, (_, i) => `h${i} 2`).sort(),
  );
  write(0, 45, 3);
  assert.equal(feed.look().length, 45);
  shards.close();
});
