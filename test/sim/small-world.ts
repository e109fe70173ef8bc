import assert from 'node:assert/strict';
import { decode } from '@msgpack/msgpack';
import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { encodeHello, type Hello } from '../../protocol/frames/hello.js';
import { encodeRows } from '../../protocol/frames/rows.js';
import { CursorWriter } from '../../protocol/msgpack/cursor-writer.js';
import type { CompactionBounds } from '../../src/shard/jobs/compaction-bounds.js';
import type { ShardBounds } from '../../src/shard/shard-options.js';
import { keepRaw } from '../native-free-core/retention/retentions.js';
import { PointBook } from './point-book.js';
import { seriesText } from './series-pool.js';
import { SimClock } from './sim-clock.js';
import { noCounts } from './sim-counts.js';
import type { SimDelete } from './sim-delete.js';
import { SimEngine } from './sim-engine.js';
import { SimLink } from './sim-link.js';
import { makePlan } from './sim-plan.js';
import { SimRandom } from './sim-random.js';

const HOUR_MS = 3_600_000;

/** What a small world is made with; left out: bounds that are rarely met, and everything is kept for long. */
export interface SmallWorldOptions extends Partial<ShardBounds> {
  jobs?: Partial<CompactionBounds>;
  retention?: RetentionPolicy;
}

/** One shard, and a hand that turns everything. */
export class SmallWorld {
  readonly clock = new SimClock();
  readonly random = new SimRandom(1);
  readonly book = new PointBook(this.random.fork());
  readonly engine: SimEngine;
  readonly #links: SimLink[] = [];
  #names = 0;

  constructor({
    jobs,
    retention = keepRaw(2 * HOUR_MS, [], 6 * HOUR_MS),
    ...bounds
  }: SmallWorldOptions = {}) {
    const drawn = makePlan(new SimRandom(5));
    const plan = {
      ...drawn,
      shardCount: 1,
      ringBytes: 4_096,
      copyStep: { pairs: 4, bytes: 1_000 },
      ringStart: 0,
      arenaBytes: 1 << 18,
      bounds: {
        ...drawn.bounds,
        arenaBytesSoft: 1 << 16,
        logBytesMax: 1 << 20,
        flushAgeMsMax: 60_000,
        ...bounds,
        compaction: { ...drawn.bounds.compaction!, ...jobs },
      },
      times: { ...drawn.times, retention },
      tierBytesMax: drawn.tierBytesMax.map(() => Number.POSITIVE_INFINITY),
      resolver: { ...drawn.resolver, retention, seriesTotalMax: 1_000, seriesPerMetricMax: 1_000 },
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

  /** Sends a batch of one point for each host, of each metric. */
  sendRows(
    link: SimLink,
    seq: number,
    hosts: readonly number[],
    named = false,
    metrics: readonly string[] = ['cpu'],
  ): void {
    const each = hosts.flatMap((host) => metrics.map((name) => ({ name, labels: { host: `${host}` } })));
    const rows = each.map(({ name, labels }) => {
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

  /** The same, until the shard's worker dies. Answers whether it has. */
  workUntilDeath(cycles: number): boolean {
    for (let i = 0; i < cycles; i++) if (/died/.test(this.engine.work(0))) return true;
    return false;
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

  /** Deletes the points of all hosts of the last hour. */
  deleteAll(hosts: readonly number[]): void {
    const nowMs = this.clock.nowMs();
    const wanted: SimDelete = {
      selectors: [{ label: '__name__', op: '=', value: 'cpu' }],
      startMs: nowMs - HOUR_MS,
      endMs: nowMs + 1,
      texts: new Set(hosts.map((host) => seriesText('cpu', { host: `${host}` }))),
      askedAt: this.book.tick(),
    };
    assert.match(this.engine.remove(wanted), /asked as/);
  }
}
