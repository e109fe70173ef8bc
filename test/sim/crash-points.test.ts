import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { SmallWorld } from './small-world.js';

const MINUTE_MS = 60_000;
const hosts = Array.from({ length: 12 }, (_, i) => i);
const retention = new RetentionPolicy({
  raw: 3 * MINUTE_MS,
  '1m': 3 * MINUTE_MS,
  '5m': 60 * MINUTE_MS,
  '1h': 120 * MINUTE_MS,
  '1d': Number.POSITIVE_INFINITY,
  rules: [],
});

/** Points of some minutes in several segments of each tier, some past their retention, some fresh and some open. */
function makeWorld(): SmallWorld {
  const jobs = { jobBytes: 500, stepWork: 300, segmentBytes: 200, laneSeries: 4, mergeLayers: 2, coldMs: 0 };
  const soon = { generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };
  const world = new SmallWorld({ retention, flushStepSeries: 4, jobs: { ...jobs, ...soon } });
  const { link } = world.connect();
  for (let seq = 1; seq <= 6; seq++) {
    world.sendRows(link, seq, hosts);
    world.work(3);
    if (seq < 6) world.engine.ask({ kind: 'flush' });
    world.work(seq < 5 ? 60 : 1);
    world.clock.advance(50_000);
  }
  return world;
}

/** Dies before and after each transaction: nothing may be lost or left, and what was begun is finished. */
function check(what: string, act: (world: SmallWorld) => void): void {
  test(`ShardEngine keeps every law when it dies before or after any transaction of ${what}`, () => {
    let died = 0;
    let resumed = 0;
    for (let ticks = 1; ; ticks++) {
      const world = makeWorld();
      act(world);
      world.engine.armCrash(0, ticks, 'commits');
      const hasDied = world.workUntilDeath(600);
      if (hasDied) {
        died++;
        // Every other time the whole process goes with it.
        if (ticks % 2 === 0) world.crash();
        else
          assert.match(
            world.engine.restart(() => 0),
            /recovered/,
          );
      }
      world.engine.heal();
      world.progress();
      world.work(300);
      world.progress();
      world.engine.sweepAll();
      world.engine.checkQuiet();
      assert.ok(world.engine.figures.expired > 0, 'nothing went');
      resumed += world.engine.figures.resumed;
      assert.match(world.engine.stop(), /stopped/);
      if (!hasDied) break;
    }
    assert.ok(died > 20, `it died in ${died} places`);
    if (what.includes('delete'))
      assert.ok(resumed > 10, `${resumed} deletes were finished by another worker`);
  });
}

/** Every shard works for a while. */
function workAll({ engine }: SmallWorld, cycles: number): void {
  for (let i = 0; i < cycles; i++) for (let k = 0; k < engine.shardCount; k++) engine.work(k);
}

test('changeWorkers() may lose power at any store call: the folder is as it was, and the change is gone on with or given up', () => {
  let cuts = 0;
  for (let ticks = 1, isCut = true; isCut; ticks += 1 + Math.floor(ticks / 16)) {
    const world = makeWorld();
    // A delete that has begun, and is to be finished by whoever has its groups then.
    world.deleteAll(hosts);
    world.work(12);
    world.engine.crash();
    const how = world.engine.changeWorkers(3, ticks);
    isCut = how.startsWith('cut short');
    if (isCut) cuts++;
    if (isCut && ticks % 2 === 0)
      assert.match(world.engine.changeWorkers(3, Number.POSITIVE_INFINITY), /from 1 to 3/);
    assert.equal(world.engine.start(), 'started');
    workAll(world, 400);
    world.progress();
    world.engine.sweepAll();
    world.engine.checkQuiet();
    assert.equal(world.engine.figures.resumed, world.engine.shardCount);
    assert.match(world.engine.stop(), /stopped/);
    assert.match(world.engine.changeWorkers(2, Number.POSITIVE_INFINITY), /to 2/);
    assert.equal(world.engine.start(), 'started');
    world.engine.checkQuiet();
  }
  assert.ok(cuts > 20, `power went in ${cuts} places`);
});

check('a sweep', (world) => world.engine.ask({ kind: 'sweep' }));
check('a delete', (world) => world.deleteAll(hosts));
check('a delete and the repair behind it', (world) => {
  world.deleteAll(hosts);
  const [startMs, endMs] = [0, world.clock.nowMs()];
  world.engine.ask({ kind: 'rewrite', request: { kind: 'repair', tier: undefined, startMs, endMs } });
});
