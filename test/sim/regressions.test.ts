import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '@msgpack/msgpack';
import { encodeColumns } from '../../protocol/frames/columns.js';
import { encodeHello, type Hello } from '../../protocol/frames/hello.js';
import { encodeRows } from '../../protocol/frames/rows.js';
import { CursorWriter } from '../../protocol/msgpack/cursor-writer.js';
import { Opcode } from '../../protocol/opcodes.js';
import type { ShardBounds } from '../../src/shard/shard-options.js';
import { PointBook } from './point-book.js';
import { seriesText } from './series-pool.js';
import { SimClock } from './sim-clock.js';
import { noCounts } from './sim-counts.js';
import { SimEngine } from './sim-engine.js';
import { SimLink } from './sim-link.js';
import { makePlan } from './sim-plan.js';
import { SimRandom } from './sim-random.js';

/*
 * What seeds have found, by hand: a few steps each, with the simulator's laws as the assertion. Each names its story.
 */

/** One shard, and a hand that turns everything. */
class SmallWorld {
  readonly clock = new SimClock();
  readonly random = new SimRandom(1);
  readonly book = new PointBook(this.random.fork());
  readonly engine: SimEngine;
  readonly #links: SimLink[] = [];
  #names = 0;

  constructor(bounds: Partial<ShardBounds> = {}) {
    const drawn = makePlan(new SimRandom(5));
    const plan = {
      ...drawn,
      shardCount: 1,
      ringBytes: 4_096,
      ringStart: 0,
      arenaBytes: 1 << 18,
      bounds: {
        ...drawn.bounds,
        arenaBytesSoft: 1 << 16,
        logBytesMax: 1 << 20,
        flushAgeMsMax: 60_000,
        ...bounds,
      },
      resolver: { ...drawn.resolver, seriesTotalMax: 1_000, seriesPerMetricMax: 1_000 },
      wire: { ...drawn.wire, inFlightMax: 100 },
    };
    const counts = noCounts();
    this.engine = new SimEngine({
      plan,
      clock: this.clock,
      book: this.book,
      counts,
      session: () => ++this.#names,
    });
    assert.equal(this.engine.start(), 'started');
  }

  /** Connects, and greets with what HELLO is to say. */
  connect(hello?: Hello): { link: SimLink; frames: unknown[][] } {
    const link = new SimLink('link', this.engine.model);
    const frames: unknown[][] = [];
    link.onmessage = ({ data }) => frames.push(decode(data as ArrayBuffer) as unknown[]);
    this.#links.push(link);
    this.deliver();
    if (hello !== undefined) this.send(link, (writer) => encodeHello(writer, hello));
    return { link, frames };
  }

  send(link: SimLink, write: (writer: CursorWriter) => void): void {
    const writer = new CursorWriter();
    write(writer);
    link.send(writer.copy());
    this.deliver();
  }

  /** Sends a batch of one point for each host. */
  sendRows(link: SimLink, seq: number, hosts: readonly number[], named = false): void {
    const rows = hosts.map((host) => {
      const [name, labels] = ['cpu', { host: `${host}` }];
      const timestamp = this.clock.nowMs();
      return {
        name,
        labels,
        timestamp,
        value: this.book.add(seriesText(name, labels), timestamp, named).value,
      };
    });
    this.send(link, (writer) => encodeRows(writer, seq, rows));
  }

  deliver(): void {
    for (const link of this.#links) {
      while (link.upLength > 0) link.deliverUp(this.engine.behavior, this.clock.nowMs());
      while (link.downLength > 0) link.deliverDown();
    }
  }

  /** Works for some cycles. */
  work(cycles: number): void {
    for (let i = 0; i < cycles; i++) this.engine.work(0);
  }

  progress(): void {
    this.engine.deliverProgress();
    this.deliver();
  }

  /** The process dies and a new one recovers. */
  crash(): void {
    this.engine.crash();
    for (const link of this.#links) link.crash(this.random);
    assert.equal(this.engine.start(), 'started');
  }

  /** The shard's worker dies over one more point and is started again; the process goes on. */
  crashShard(): void {
    this.sendRows(this.connect().link, 1, [0]);
    this.engine.armCrash(0, 1);
    this.work(1);
    assert.match(
      this.engine.restart(() => 0),
      /recovered/,
    );
  }
}

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
