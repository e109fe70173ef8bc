import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeColumns } from '../../protocol/frames/columns.js';
import type { Hello } from '../../protocol/frames/hello.js';
import { Opcode } from '../../protocol/opcodes.js';
import { keepRaw } from '../native-free-core/retention/retentions.js';
import { SmallWorld } from './small-world.js';

/*
 * What seeds have found, by hand: a few steps each, with the simulator's laws as the assertion. Each names its story.
 */

const opcodes = (frames: readonly unknown[][]): unknown[] => frames.map(([opcode]) => opcode);
const someHosts = (from: number): number[] => Array.from({ length: 20 }, (_, i) => from + i);

test('IngestConnection acknowledges a batch when all of it is refused', () => {
  // No ring gets an entry of such a batch, so no shard ever tells of progress; the ACK waited for somebody else's.
  const world = new SmallWorld();
  const { link, frames } = world.connect();
  const columns = { refs: Uint32Array.of(1, 2), values: Float64Array.of(1, 2) };
  world.send(link, (writer) => encodeColumns(writer, 1, world.clock.nowMs(), columns));
  assert.deepEqual(frames, [[Opcode.ack, 1, 0, [['unknown_ref', 2, 0]]]]);
});

test('IngestConnection welcomes a producer again when what was acknowledged from memory is durable', () => {
  // The ACK forgot the batch, so nobody saw it become durable, and the next WELCOME waited for it for ever.
  const world = new SmallWorld();
  const hello: Hello = { producer: 'p', ack: 'memory' };
  const first = world.connect(hello);
  world.sendRows(first.link, 1, [1], true);
  world.work(1);
  world.sendRows(first.link, 2, [1], true);
  world.engine.stores[0]!.fillUp(0);
  world.work(1);
  // The message tells of the first batch, but finds the second one taken.
  world.progress();
  assert.deepEqual(first.frames.at(-1)?.slice(0, 2), [Opcode.ack, 2]);
  first.link.cut(world.random);
  world.deliver();
  const second = world.connect(hello);
  world.engine.heal();
  world.work(3);
  world.progress();
  assert.deepEqual(opcodes(second.frames), [Opcode.welcome]);
});

test('ShardEngine.resume() closes a generation when a part of it is in blocks', () => {
  // A crash between two steps of a flush, and nothing behind it in the log: points for series below the bound went into the
  // same generation again, where neither the flush nor a replay looked at them.
  const world = new SmallWorld({ flushStepSeries: 1 });
  const { link } = world.connect();
  world.sendRows(link, 1, someHosts(0));
  world.work(20);
  world.clock.advance(120_000);
  world.work(2);
  world.crash();
  const again = world.connect();
  world.sendRows(again.link, 1, someHosts(0));
  world.work(60);
  world.progress();
  assert.match(world.engine.stop(), /stopped/);
});

test('ShardEngine counts what was accepted once when the log begins before the record of its last cut', () => {
  // Points that were logged while a flush ran stood in the record and in the log: a recovery found a negative loss.
  const world = new SmallWorld({ flushStepSeries: 1 });
  const { link } = world.connect();
  world.sendRows(link, 1, someHosts(0));
  world.work(20);
  world.clock.advance(120_000);
  world.work(1);
  world.sendRows(link, 2, someHosts(0));
  world.work(60);
  world.crash();
});

test('ShardEngine.restore() leaves the ring where it is when the log is behind it', () => {
  // A cycle of definitions alone commits and logs nothing; a worker that was started again went back to the log's position,
  // where the front end had written anew.
  const world = new SmallWorld({ cycleBytesMax: 64 });
  const { link, frames } = world.connect();
  let seq = 1;
  for (; !opcodes(frames).includes(Opcode.busy); seq++)
    world.sendRows(link, seq, someHosts(seq * 20).slice(0, 15));
  world.work(40);
  world.crashShard();
  world.work(1);
});

test('ShardEngine.resume() lets points in again when its predecessor died with a full store', () => {
  // The word that the store is full outlived the worker that could have cleared it, and kept all work from its successor.
  const world = new SmallWorld();
  const { link, frames } = world.connect();
  world.sendRows(link, 1, [1]);
  world.engine.stores[0]!.fillUp(0);
  world.work(1);
  world.engine.heal();
  world.engine.armCrash(0, 2);
  assert.match(world.engine.work(0), /died: after a commit/);
  assert.match(
    world.engine.restart(() => 0),
    /recovered/,
  );
  world.sendRows(link, 2, [1]);
  world.work(1);
  world.progress();
  assert.deepEqual(frames.at(-1)?.slice(0, 2), [Opcode.ack, 2]);
});

test('SlicePlan takes all segments of a slice when it can be halved no further', () => {
  // A day of one series in more segments than one transaction should have: those beyond the bound kept their points, and the delete
  // said that it was done.
  const jobs = {
    jobBytes: 1,
    mergeLayers: 10,
    coldMs: 3_600_000,
    generationsMin: 1,
    quietMs: 0,
    ageMsMax: 0,
  };
  const world = new SmallWorld({ jobs: { ...jobs, seriesPoints: 0, pointsSoft: 1_000, pointsHard: 2_000 } });
  const { link } = world.connect();
  for (let seq = 1; seq <= 3; seq++) {
    world.sendRows(link, seq, [1]);
    world.work(2);
    world.engine.ask({ kind: 'flush' });
    world.work(200);
  }
  world.deleteAll([1]);
  world.work(400);
  assert.deepEqual([world.engine.figures.deletes, world.engine.figures.expired], [1, 3]);
});

test('SeriesTiers goes by its own cutoffs when another compaction goes on in the same thread', () => {
  // A series that took two steps ended with the retention of whatever series another shard had begun between them.
  const jobs = { stepWork: 1, generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };
  const worlds = [3_600_000, 10_000].map((ms) => new SmallWorld({ jobs, retention: keepRaw(ms, [], ms) }));
  for (const world of worlds) {
    world.sendRows(world.connect().link, 1, [1]);
    world.work(2);
    world.clock.advance(30_000);
    world.engine.ask({ kind: 'flush' });
  }
  for (let i = 0; i < 200; i++) for (const world of worlds) world.work(1);
  assert.deepEqual(
    worlds.map(({ engine }) => engine.figures.expired),
    [0, 1],
  );
});

test('AgeSweep looks again for what a clock that was set back keeps', () => {
  // The mark of a sweep stood where the clock had been, or where the next pass found it: what a compaction had kept meanwhile lay behind
  // it, and of two classes in one segment the shorter stayed for as long as the longer.
  const jobs = { generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };
  const retention = keepRaw(6 * 3_600_000, [{ match: 'short', raw: 20_000 }]);
  const sweep = { intervalMs: 3_600_000, stepKeys: 100, stepBytes: 100_000, busyMs: 0 };
  const world = new SmallWorld({ jobs, retention, sweep });
  const { link } = world.connect();
  const hosts = someHosts(0);
  for (const seq of [1, 2]) {
    world.sendRows(link, seq, hosts, false, ['cpu', 'short']);
    world.work(3);
    world.engine.ask({ kind: 'flush' });
    world.work(300);
    for (let i = 0; i < 3; i++) {
      world.clock.advance(10_000);
      world.work(1);
    }
    world.progress();
    world.engine.sweepAll();
    world.engine.checkQuiet();
    assert.equal(world.engine.figures.expired, seq * hosts.length);
    world.clock.jump(-3_600_000);
  }
});
