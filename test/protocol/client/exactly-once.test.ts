import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProducerHost, ProducerSocket } from '../../../protocol/client/host.js';
import { Producer } from '../../../protocol/client/producer.js';
import type { ProducerOptions } from '../../../protocol/client/producer-options.js';
import {
  CursorWriter,
  encodeAck,
  encodeBusy,
  encodeWelcome,
  Opcode,
  peekOpcode,
} from '../../../protocol/index.js';
import { readColumns, readSeries } from '../frames/read-frames.js';
import { defaultWelcome, FakeSocket, FakeWorld, type SentColumns } from './fake-world.js';

/*
 * A producer against an engine over a network that delays, breaks and loses, all from one seed. The engine keeps
 * the protocol's promises and no more: it applies batches in order of their numbers, knows numbers that it has,
 * refuses with BUSY at will, and when it crashes it forgets what was not durable. At the end every point that was
 * given must have been applied exactly once, in order.
 */

/** mulberry32; one number reproduces a run. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Live {
  readonly socket: FakeSocket;
  readonly series: Map<number, string>;
}

class FakeEngine implements ProducerHost {
  readonly #world: FakeWorld;
  readonly random: () => number;
  /** Values in the order in which they became durable, with the series they came for. */
  readonly applied: { series: string; value: number }[] = [];
  durableSeq = 0;
  /** Taken, but lost if the engine crashes before it commits. */
  #taken: { seq: number; points: { series: string; value: number }[] }[] = [];
  #live: Live | undefined;
  chaos = true;
  crashes = 0;
  refusals = 0;

  constructor(world: FakeWorld, random: () => number) {
    this.#world = world;
    this.random = random;
  }

  now = (): number => this.#world.nowMs;
  setTimer(callback: () => void, delayMs: number): unknown {
    return this.#world.setTimer(callback, delayMs);
  }
  clearTimer(handle: unknown): void {
    this.#world.clearTimer(handle);
  }

  connect(url: string): ProducerSocket {
    const socket = new FakeSocket(url);
    const live = { socket, series: new Map<number, string>() };
    this.#later(() => socket.open());
    // TCP keeps order: a frame never arrives before one that was sent earlier.
    let arrivesAtMs = 0;
    socket.onSent = (frame) => {
      arrivesAtMs = Math.max(arrivesAtMs, this.now() + this.random() * 20);
      this.setTimer(() => this.#receive(live, frame), arrivesAtMs - this.now());
    };
    return socket;
  }

  /** Commits what was taken and acknowledges it. */
  commit(): void {
    const live = this.#live;
    if (this.#taken.length === 0) return;
    let accepted = 0;
    for (const { seq, points } of this.#taken) {
      assert.equal(seq, this.durableSeq + 1, 'batches become durable in order');
      this.durableSeq = seq;
      accepted += points.length;
      this.applied.push(...points);
    }
    this.#taken = [];
    if (live !== undefined)
      this.#reply(live.socket, (writer) => encodeAck(writer, this.durableSeq, accepted, []));
  }

  /** Breaks the connection; a crash forgets what was not durable. */
  fail(): void {
    const live = this.#live;
    this.#live = undefined;
    if (this.random() < 0.5) {
      this.crashes++;
      this.#taken = [];
    } else {
      this.commit();
    }
    if (live !== undefined) this.#later(() => live.socket.drop());
  }

  #receive(live: Live, frame: Uint8Array): void {
    switch (peekOpcode(frame)) {
      case Opcode.hello:
        this.commit();
        this.#live = live;
        this.#reply(live.socket, (writer) =>
          encodeWelcome(writer, {
            ...defaultWelcome,
            maxInFlight: 4,
            maxPointsPerBatch: 7,
            lastSeq: this.durableSeq,
          }),
        );
        return;
      case Opcode.series: {
        const { bindings } = readSeries(frame) as { bindings: { ref: number; name: string }[] };
        for (const { ref, name } of bindings) live.series.set(ref, name);
        return;
      }
      default:
        // What arrives over a connection that is gone is lost.
        if (live === this.#live) this.#receiveColumns(live, readColumns(frame) as SentColumns);
    }
  }

  #receiveColumns(live: Live, { seq, refs, values }: SentColumns): void {
    const lastSeq = this.#taken.at(-1)?.seq ?? this.durableSeq;
    if (seq <= lastSeq) return;
    // Everything behind a refused batch is refused until that one comes again.
    const isHole = seq > lastSeq + 1;
    if (isHole || (this.chaos && this.random() < 0.1)) {
      this.refusals++;
      this.#reply(live.socket, (writer) => encodeBusy(writer, seq, this.random() * 30, 'chaos'));
      return;
    }
    const points = refs.map((ref, i) => {
      const series = live.series.get(ref);
      assert.ok(series !== undefined, `ref ${ref} of batch ${seq} is not bound`);
      return { series, value: values[i]! };
    });
    this.#taken.push({ seq, points });
  }

  #reply(socket: FakeSocket, write: (writer: CursorWriter) => void): void {
    const writer = new CursorWriter();
    write(writer);
    const bytes = writer.copy();
    // Answers keep their order too: all take the same time.
    this.setTimer(() => socket.replyBytes(bytes), 5);
  }

  #later(callback: () => void): void {
    this.setTimer(callback, this.random() * 20);
  }
}

/** No point that was taken is ever in no place or in two. */
function assertConserved(producer: Producer, seed: number): void {
  const stats = producer.stats();
  const places =
    stats.pointsAcknowledged +
    stats.pointsDropped +
    stats.pointsRefused +
    stats.pointsInFlight +
    stats.pointsBuffered;
  assert.equal(stats.pointsAdded, places, `seed ${seed}`);
}

function run(
  seed: number,
  options: Partial<ProducerOptions> = {},
): { engine: FakeEngine; producer: Producer } {
  const random = randomOf(seed);
  const world = new FakeWorld();
  const engine = new FakeEngine(world, random);
  const producer = new Producer(
    {
      url: 'ws://engine',
      producer: 'p1',
      maxBatchPoints: 10,
      flushIntervalMs: 5,
      backoffMinMs: 5,
      backoffMaxMs: 50,
      ackTimeoutMs: 500,
      ...options,
    },
    engine,
  );
  const given: { series: string; value: number }[] = [];
  for (let step = 0; step < 400; step++) {
    for (let n = Math.floor(random() * 6); n > 0; n--) {
      const series = `metric.${Math.floor(random() * 20)}`;
      const value = given.length;
      if (producer.record(series, value, undefined, 1_000_000 + step)) given.push({ series, value });
    }
    if (random() < 0.3) engine.commit();
    if (random() < 0.03) engine.fail();
    world.advance(random() * 10);
    assertConserved(producer, seed);
  }
  engine.chaos = false;
  void producer.flush();
  for (let i = 0; i < 2000 && producer.stats().pointsAcknowledged < given.length; i++) {
    engine.commit();
    world.advance(10);
  }
  assert.deepEqual(engine.applied, given, `seed ${seed}`);
  const stats = producer.stats();
  assert.equal(stats.pointsAcknowledged, given.length, `seed ${seed}`);
  assert.equal(stats.batchesInFlight + stats.pointsBuffered, 0, `seed ${seed}`);
  return { engine, producer };
}

test('Producer delivers every point exactly once, in order, over a network and an engine that fail', () => {
  const seeds = Number(process.env['MILLRACE_SIM_SEEDS'] ?? 60);
  const first = Number(process.env['MILLRACE_SIM_SEED'] ?? 1);
  let crashes = 0;
  let refusals = 0;
  let resent = 0;
  let resumed = 0;
  for (let seed = first; seed < first + seeds; seed++) {
    const { engine, producer } = run(seed);
    crashes += engine.crashes;
    refusals += engine.refusals;
    resent += producer.stats().pointsResent;
    resumed += producer.stats().pointsResumed;
  }
  // A run in which nothing went wrong would prove nothing.
  assert.ok(crashes > seeds && refusals > seeds && resent > seeds && resumed > 0);
});

test('Producer with a small buffer delivers what it took exactly once', () => {
  for (let seed = 1000; seed < 1020; seed++) run(seed, { maxBufferedBytes: 2000 });
});
