import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSegmentKey } from '../../../../src/store/keys.js';
import { TIER_TABLES } from '../../../../src/store/tier-tables.js';
import { SimRandom } from '../../../sim/sim-random.js';
import type { TestPoint } from '../../query/query-fixture.js';
import { DAY_MS, HOUR_MS, history, host, MINUTE_MS, name, World } from './rewrite-world.js';

test('a delete takes the points of a range from every tier, and leaves the rest as it was', () => {
  const world = new World();
  try {
    const points = history(world, 4);
    world.write(points);
    const startMs = points[0]!.timeMs + DAY_MS;
    const { series, removed } = world.delete([name('cpu'), host('h2')], startMs, startMs + 2 * DAY_MS);
    assert.equal(series, 1);
    assert.deepEqual(removed, [288, 288, 288, 48, 2]);
    world.check();
    world.shards.restart(true);
    world.shards.settle();
    world.check();
  } finally {
    world.shards.close();
  }
});

test('windows that the range cuts are made anew from what is left', () => {
  const world = new World();
  try {
    const points = history(world, 2);
    world.write(points);
    const startMs = points[0]!.timeMs + 7 * HOUR_MS + 33 * MINUTE_MS;
    const { removed, written } = world.delete([name('mem')], startMs, startMs + 20 * HOUR_MS + 11_000);
    // Two days cut for each of six hosts, and the hours at the ends.
    assert.equal(written[4], 12);
    assert.ok(written[3]! >= 6 && removed[0]! > 6 * 119, `${written} ${removed}`);
    world.check();
  } finally {
    world.shards.close();
  }
});

test('a series whose every point is deleted has no span, and one whose newest is deleted has the one before', () => {
  const world = new World();
  try {
    const points = history(world, 2);
    world.write(points);
    const last = points.at(-1)!.timeMs;
    world.delete([name('cpu'), host('h1')], 0, last + DAY_MS);
    world.delete([name('cpu'), host('h2')], last - 3 * HOUR_MS, last + DAY_MS);
    world.delete([name('cpu'), host('h3')], 0, points[0]!.timeMs + 5 * HOUR_MS);
    world.check();
    // What comes afterwards counts again.
    world.write([{ name: 'cpu', labels: { host: 'h1' }, timeMs: last - HOUR_MS, value: 0.1 }]);
    world.flush();
    world.check();
  } finally {
    world.shards.close();
  }
});

test('repairing the spans of a page reads no segment of other series', () => {
  const world = new World();
  try {
    // More than a page in each group.
    const timeMs = world.shards.nowMs - HOUR_MS;
    const points = Array.from({ length: 6_000 }, (_, i): TestPoint => {
      return { name: 'cpu', labels: { host: `h${i}` }, timeMs, value: i };
    });
    world.write(points);
    world.delete([name('none')], 0, 1);
    const rewrites = world.begin([host('h1')], timeMs, timeMs + 1);
    const read: string[] = [];
    for (const { store } of world.shards.shards) {
      const get = store.get.bind(store);
      store.get = (key) => {
        if (rewrites.some(({ phase }) => phase === 'spans') && key[1] === TIER_TABLES[4]!.table) {
          const { firstNumber, lastNumber } = parseSegmentKey(key);
          read.push(`${key[0]} ${firstNumber} ${lastNumber}`);
        }
        return get(key);
      };
    }
    world.finish();
    assert.ok(read.length <= 1, `one segment may have the series, read were ${read.join(', ')}`);
    world.forget([host('h1')], timeMs, timeMs + 1);
    world.check();
  } finally {
    world.shards.close();
  }
});

test('whatever comes and goes, the store is what a list of points would be', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const random = new SimRandom(seed);
    const world = new World();
    try {
      const baseMs = Math.floor(world.shards.nowMs / DAY_MS) * DAY_MS;
      let next = 0;
      for (let action = 0; action < 14; action++) {
        const kind = random.int(10);
        if (kind < 5) {
          const points = Array.from(
            { length: random.between(1, 60) },
            (): TestPoint => ({
              name: random.pick(['cpu', 'mem', 'disk']),
              labels: random.chance(0.8) ? { host: `h${random.int(5)}` } : {},
              timeMs: baseMs - random.int(random.pick([HOUR_MS, DAY_MS, 5 * DAY_MS])) - random.int(2) / 2,
              value: next++ / 4,
            }),
          );
          world.write(points);
        } else if (kind < 6) world.flush();
        else if (kind < 7) {
          world.flush();
          world.shards.restart(random.chance(0.5));
          world.shards.settle();
        } else {
          const selectors = random.pick([
            [name('cpu')],
            [host('h1')],
            [name('mem'), host('')],
            [name('disk'), host('h2')],
          ]);
          const startMs = baseMs - random.int(6 * DAY_MS);
          world.delete(selectors, startMs, startMs + 1 + random.int(random.pick([HOUR_MS, 3 * DAY_MS])));
        }
      }
      world.delete([name('cpu'), host('h0')], baseMs - DAY_MS, baseMs);
      world.flush();
      world.check();
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    } finally {
      world.shards.close();
    }
  }
});
