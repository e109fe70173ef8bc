import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seededRandom } from '../../../bench/macro/tsbs.js';
import type { FeedMessage } from '../../../src/live/feed.js';
import { LiveBudget } from '../../../src/live/live-budget.js';
import type { WindowsQuestion } from '../../../src/live/question.js';
import { WindowFeed } from '../../../src/live/window-feed.js';
import { PointScan } from '../../../src/query/point-scan.js';
import { SMALL_BOUNDS, type TestPoint, TestShards } from '../query/query-fixture.js';

interface ToldWindow {
  timestamp: string;
  closed: boolean;
  data: { labels?: { host: string }; count: number; sum: number; max: number; p50: number }[];
}

const WINDOW_MS = 1_000;
const QUESTION: WindowsQuestion = {
  kind: 'windows',
  metric: 'm',
  selectors: [],
  windowMs: WINDOW_MS,
  stats: [{ name: 'count' }, { name: 'sum' }, { name: 'max' }, { name: 'p50', percent: 50 }],
  groupBy: ['host'],
};

const read = ({ members }: FeedMessage): ToldWindow => JSON.parse(`{${members}}`) as ToldWindow;

function feedOf(shards: TestShards, question: WindowsQuestion = QUESTION, fromMs?: number): WindowFeed {
  const clock = { nowMs: () => shards.nowMs, monotonicMs: () => 0 };
  const budget = new LiveBudget().open();
  const parts = { views: shards.views, scan: new PointScan(shards.findings), clock, budget };
  return new WindowFeed(question, parts, { feed: 0, fromMs });
}

/** What was told last of each window and host. */
class Told {
  readonly byWindow = new Map<string, { count: number; sum: number; max: number; closed: boolean }>();

  take(messages: readonly FeedMessage[]): void {
    for (const { timestamp, closed, data } of messages.map(read)) {
      for (const { labels, count, sum, max } of data) {
        this.byWindow.set(`${timestamp} ${labels!.host}`, { count, sum, max, closed });
      }
    }
  }
}

const point = (host: string, timeMs: number, value: number): TestPoint => ({
  name: 'm',
  labels: { host },
  timeMs,
  value,
});

it('WindowFeed tells the open window, and once more when it is over', () => {
  const shards = new TestShards(2);
  const start = shards.nowMs;
  shards.write([point('a', start, 1), point('b', start + 10, 5)]);
  shards.settle();
  const feed = feedOf(shards);
  const [open] = feed.look(start + 50).map(read);
  assert.equal(open!.closed, false);
  assert.deepEqual(open!.data.map(({ labels, sum }) => [labels!.host, sum]).sort(), [
    ['a', 1],
    ['b', 5],
  ]);
  shards.write([point('a', start + 60, 3)]);
  shards.settle();
  assert.equal(feed.isDue(start + 99), false, 'ten times a second, not more often');
  assert.equal(feed.isDue(start + 100), true);
  const [again] = feed.look(start + 150).map(read);
  assert.deepEqual(again!.data, [{ labels: { host: 'a' }, count: 2, sum: 4, max: 3, p50: 1 }]);
  assert.deepEqual(feed.look(start + 1_200), [], 'stragglers are waited for');
  const [closed] = feed.look(start + 1_250).map(read);
  assert.equal(closed!.closed, true);
  assert.equal(closed!.data.length, 2, 'the last word is about all groups');
  shards.write([point('b', start + 900, 7)]);
  shards.settle();
  const [revised] = feed.look(start + 1_300).map(read);
  assert.deepEqual(revised!.data, [{ labels: { host: 'b' }, count: 2, sum: 12, max: 7, p50: 5 }]);
  assert.equal(revised!.closed, true);
  shards.close();
});

it('WindowFeed says nothing of windows before its first, of which it knows a part', () => {
  const shards = new TestShards(1);
  const start = shards.nowMs;
  shards.write([point('a', start - 500, 1), point('a', start - 400, 1)]);
  shards.settle();
  const feed = feedOf(shards);
  assert.deepEqual(feed.look(start + 10), []);
  shards.write([point('a', start - 300, 1)]);
  shards.settle();
  assert.deepEqual(feed.look(start + 200), []);
  shards.close();
});

it('WindowFeed takes in series that come later, and only those that match', () => {
  const shards = new TestShards(1);
  const start = shards.nowMs;
  const feed = feedOf(shards, { ...QUESTION, selectors: [{ label: 'host', op: '!=', value: 'x' }] });
  feed.look(start);
  shards.write([point('a', start + 1, 1), point('x', start + 1, 100)]);
  shards.settle();
  const [open] = feed.look(start + 150).map(read);
  assert.deepEqual(
    open!.data.map(({ labels }) => labels!.host),
    ['a'],
  );
  shards.close();
});

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  it(`WindowFeed tells what all points make, whenever they come, are flushed, and shards restart (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const shards = new TestShards(seed % 3 === 0 ? 3 : 1, SMALL_BOUNDS);
    const hosts = ['a', 'b', 'c', 'd'];
    const write = (): void => {
      const points = Array.from({ length: Math.floor(random() * 200) }, () =>
        point(
          hosts[Math.floor(random() * hosts.length)]!,
          shards.nowMs - Math.floor(random() * 800),
          Math.floor(random() * 1_000),
        ),
      );
      shards.write(points);
    };
    write();
    shards.work();
    let feed: WindowFeed | undefined;
    let firstMs = 0;
    const told = new Told();
    for (let step = 0; step < 120; step++) {
      const dice = random();
      if (dice < 0.45) write();
      else if (dice < 0.75) shards.work();
      else if (dice < 0.8) {
        shards.settle();
        shards.closeGeneration();
      } else if (dice < 0.82) {
        shards.settle();
        shards.restart(false);
      }
      shards.nowMs += Math.floor(random() * 120);
      if (step < 10 || random() < 0.5) continue;
      if (feed === undefined) {
        feed = feedOf(shards);
        firstMs = Math.floor(shards.nowMs / WINDOW_MS) * WINDOW_MS;
      }
      told.take(feed.look(shards.nowMs));
    }
    shards.settle();
    told.take(feed!.look(shards.nowMs));
    told.take(feed!.look((shards.nowMs += 2_000)));
    const expected = new Map<string, { count: number; sum: number; max: number }>();
    for (const { labels, timeMs, value } of shards.visible()) {
      const windowMs = Math.floor(timeMs / WINDOW_MS) * WINDOW_MS;
      if (windowMs < firstMs) continue;
      const key = `${new Date(windowMs).toISOString().replace('.000', '')} ${labels['host']}`;
      const cell = expected.get(key) ?? { count: 0, sum: 0, max: Number.NEGATIVE_INFINITY };
      expected.set(key, { count: cell.count + 1, sum: cell.sum + value, max: Math.max(cell.max, value) });
    }
    assert.ok(expected.size > 8, 'the run has windows to compare');
    for (const [key, cell] of expected) {
      const { closed, ...last } = told.byWindow.get(key)!;
      assert.deepEqual(last, cell, key);
      assert.equal(closed, true, key);
    }
    assert.equal(told.byWindow.size, expected.size);
    shards.close();
  });
}

it('WindowFeed begins with what tiers have of a long window, and with the points that are in none yet', () => {
  const shards = new TestShards(2);
  const HOUR_MS = 3_600_000;
  shards.nowMs = Math.floor(shards.nowMs / HOUR_MS) * HOUR_MS;
  const startMs = shards.nowMs;
  const random = seededRandom(5);
  const expected = new Map<string, { count: number; sum: number; max: number }>();
  const write = (count: number): void => {
    const points = Array.from({ length: count }, () =>
      point('abc'[Math.floor(random() * 3)]!, shards.nowMs, Math.floor(random() * 1_000)),
    );
    shards.write(points);
    for (const { labels, value } of points) {
      const cell = expected.get(labels['host']!) ?? { count: 0, sum: 0, max: 0 };
      const max = Math.max(cell.max, value);
      expected.set(labels['host']!, { count: cell.count + 1, sum: cell.sum + value, max });
    }
  };
  for (let i = 0; i < 8; i++) {
    write(400);
    shards.nowMs += 200_000;
    shards.settle();
    shards.closeGeneration();
    shards.settle();
  }
  write(50);
  shards.settle();
  const compacted = shards.shards.some(({ engine }) => engine.counters.get('compactions') > 0);
  assert.ok(compacted, 'tiers have a part of it');
  const feed = feedOf(shards, { ...QUESTION, windowMs: HOUR_MS });
  const told = (): unknown =>
    feed
      .look((shards.nowMs += 1_000))
      .map(read)
      .flatMap(({ timestamp, data }) => {
        assert.equal(Date.parse(timestamp), startMs);
        return data.map(({ labels, count, sum, max }) => [labels!.host, { count, sum, max }]);
      })
      .sort();
  assert.deepEqual(told(), [...expected].sort());
  write(50);
  shards.settle();
  assert.deepEqual(told(), [...expected].sort());
  shards.close();
});

it('WindowFeed of a thread that follows another one goes on with the window in which that fell silent', () => {
  const shards = new TestShards(1);
  const start = shards.nowMs;
  shards.write([point('a', start + 100, 1), point('a', start + 1_100, 2)]);
  shards.settle();
  const feed = feedOf(shards, QUESTION, start + 500);
  const windows = feed.look(start + 1_300).map(read);
  assert.deepEqual(
    windows.map(({ timestamp, closed, data }) => [Date.parse(timestamp) - start, closed, data[0]!.sum]),
    [
      [0, true, 1],
      [1_000, false, 2],
    ],
  );
  shards.close();
});
