import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeIntent } from '../../../../src/store/intent.js';
import { numberedKey, tableEnd, tableKey } from '../../../../src/store/keys.js';
import { PREFIX_SHARD, SHARD_INTENT, TABLE_SPAN } from '../../../../src/store/store-layout.js';
import type { TestShards } from '../../query/query-fixture.js';
import { DAY_MS, HOUR_MS, history, name, pairsOf, World } from './rewrite-world.js';

test('a delete that a crash cuts short is finished by the next start, which takes nothing that came later', () => {
  for (const cycles of [0, 2, 10, 40, 120]) {
    for (const isNewProcess of [false, true]) {
      const world = new World();
      try {
        const points = history(world, 3, 3);
        world.write(points);
        const [startMs, endMs] = [points[0]!.timeMs + 5 * HOUR_MS, points[0]!.timeMs + 50 * HOUR_MS];
        world.begin([name('cpu')], startMs, endMs);
        for (let i = 0; i < cycles; i++) world.shards.work();
        const hasBegun = world.shards.shards.some(({ store }) => {
          let found = false;
          store.forEachKey(tableKey(PREFIX_SHARD, SHARD_INTENT), tableEnd(PREFIX_SHARD, SHARD_INTENT), () => {
            found = true;
            return false;
          });
          return found;
        });
        const isOver = world.shards.shards.every(({ engine }) => !engine.jobs.rewrites.isRunning);
        world.shards.restart(isNewProcess);
        const late = points.slice(200, 260).map((point, i) => ({ ...point, value: 1e6 + i }));
        world.shards.write(late);
        world.shards.settle();
        world.finish();
        if (hasBegun || isOver) world.forget([name('cpu')], startMs, endMs);
        world.points.push(...late);
        world.flush();
        world.check();
      } finally {
        world.shards.close();
      }
    }
  }
});

test('a delete that is left for some groups, as behind a change of workers, looks at the spans of no others', () => {
  // It said them anew from the tier that is kept longest, which had lost its oldest days to its bound of bytes: first seen moved.
  const world = new World();
  try {
    const points = history(world, 3, 20);
    world.write(points);
    // Which puts all of them into the tiers.
    world.delete([name('none')], 0, 1);
    world.shards.tierBytesMax[4] = 1;
    world.shards.restart(true);
    world.shards.settle();
    const spans = (): Map<string, string> =>
      new Map(
        world.shards.shards.flatMap(({ store }) =>
          [...pairsOf(store)]
            .filter(({ key }) => key[1] === TABLE_SPAN)
            .map(({ key, value }): [string, string] => [`${key[0]}`, Buffer.from(value).toString('hex')]),
        ),
      );
    const before = spans();
    const [{ store }] = world.shards.shards as [TestShards['shards'][number]];
    const cuts: [number, number][] = [[0, 1_000]];
    const intent = encodeIntent({ selectors: [name('cpu')], startMs: 0, endMs: world.shards.nowMs, cuts });
    store.transaction((writer) => writer.put(numberedKey(PREFIX_SHARD, SHARD_INTENT, 0), intent));
    world.shards.restart(true);
    world.finish();
    const changed = [...spans()].filter(([group, value]) => before.get(group) !== value);
    assert.deepEqual(
      changed.map(([group]) => group),
      ['0'],
    );
  } finally {
    world.shards.close();
  }
});

test('a delete takes nothing that came when it had begun, also while it is at work', () => {
  const world = new World();
  try {
    const points = history(world, 3, 3);
    world.write(points);
    const range = [points[0]!.timeMs, points[0]!.timeMs + 3 * DAY_MS] as const;
    const rewrites = world.begin([name('cpu')], ...range);
    const second = world.begin([name('mem')], ...range);
    world.forget([name('cpu')], ...range);
    world.forget([name('mem')], ...range);
    while (rewrites.some(({ intent }) => intent === undefined)) world.shards.work();
    for (let round = 0; [...rewrites, ...second].some(({ phase }) => phase !== 'done'); round++) {
      assert.ok(round < 5_000, 'the deletes never end');
      if (round < 40) {
        const late = points
          .slice(9 * round, 9 * round + 9)
          .map((point, i) => ({ ...point, value: 1e6 + 100 * round + i }));
        world.shards.write(late);
        world.points.push(...late);
        if (round % 5 === 0) for (const { engine } of world.shards.shards) engine.flushSoon();
      }
      world.shards.work();
    }
    world.flush();
    world.check();
  } finally {
    world.shards.close();
  }
});

test('an intent that does not read is told, keeps its place, and stops no other delete', () => {
  const world = new World();
  try {
    const points = history(world, 1, 3);
    world.write(points);
    world.flush();
    const [{ store }] = world.shards.shards as [TestShards['shards'][number]];
    const key = numberedKey(PREFIX_SHARD, SHARD_INTENT, 7);
    store.transaction((writer) => writer.put(key, new Uint8Array(40)));
    world.shards.restart(true);
    world.shards.settle();
    const found = world.shards.shards.flatMap(({ engine }) => engine.jobs.maintenance.takeFindings());
    assert.deepEqual(
      found.map(({ what, where }) => [what, where]),
      [['intent to delete', 'shard, number 7']],
    );
    assert.ok(world.shards.shards[0]!.store.get(key) !== undefined);
    const { removed } = world.delete([name('cpu')], 0, points.at(-1)!.timeMs + 1);
    assert.ok(removed[0]! > 0);
    assert.ok(world.shards.shards[0]!.store.get(key) !== undefined);
  } finally {
    world.shards.close();
  }
});
