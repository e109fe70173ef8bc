import { decode } from '@msgpack/msgpack';
import type { ProducerSocket } from '../../protocol/client/host.js';
import { encodeHello } from '../../protocol/frames/hello.js';
import { encodeSeries, type SeriesBinding } from '../../protocol/frames/series.js';
import { CursorWriter } from '../../protocol/msgpack/cursor-writer.js';
import { Opcode } from '../../protocol/opcodes.js';
import { BatchMaker, type ModelBatch } from './batch-maker.js';
import type { SimPoint } from './point-book.js';
import type { PointMaker } from './point-maker.js';
import type { SimClock } from './sim-clock.js';
import { law } from './sim-failure.js';
import type { SimPlan } from './sim-plan.js';
import { checkPoints, type ProducerManner, type SimProducer } from './sim-producer.js';
import type { SimRandom } from './sim-random.js';

/**
 * A producer written from the contract alone, with manners that the real client does not have: rows, numbers of series
 * all over, batches of nothing, more batches in flight than it was told, frames before the WELCOME where the contract allows
 * them, connections that it forgets instead of closing.
 */
export class ModelProducer implements SimProducer {
  readonly name: string;
  readonly #manner: ProducerManner;
  readonly #random: SimRandom;
  readonly #clock: SimClock;
  readonly #connect: (name: string) => ProducerSocket;
  readonly #hasGoneBack: () => boolean;
  readonly #maker: BatchMaker;
  readonly #inFlightMax: number;
  readonly #instance: string | undefined;
  readonly #batches: ModelBatch[] = [];
  readonly #points: SimPoint[] = [];
  readonly #bindings: SeriesBinding[];
  #socket: ProducerSocket | undefined;
  #isReady = false;
  /** Batches from the front that were sent on this connection. */
  #sent = 0;
  #nextSeq = 1;
  #connections = 0;
  #pause: unknown;

  constructor(
    manner: ProducerManner,
    random: SimRandom,
    points: PointMaker,
    host: {
      clock: SimClock;
      plan: SimPlan;
      connect: (name: string) => ProducerSocket;
      hasGoneBack: () => boolean;
    },
  ) {
    this.name = manner.name;
    this.#manner = manner;
    this.#random = random;
    this.#clock = host.clock;
    this.#connect = host.connect;
    this.#hasGoneBack = host.hasGoneBack;
    this.#instance = random.chance(0.5) ? `${manner.name} itself` : undefined;
    this.#inFlightMax = host.plan.wire.inFlightMax + random.int(2);
    // Small numbers, and hashes of 32 bits.
    this.#bindings = Array.from({ length: 8 }, (_, i) => {
      const { name, labels } = random.pick(points.pool);
      return { ref: i % 2 === 0 ? i * 100 : random.word(), name, labels };
    });
    this.#maker = new BatchMaker(random, points, this.#bindings, host.plan.wire.pointsPerBatchMax);
    this.#open();
  }

  produce(): number {
    if (this.#socket !== undefined && this.#random.chance(0.01)) this.#forget();
    const batch = this.#maker.make(this.#manner.named);
    this.#batches.push(batch);
    this.#points.push(...batch.points);
    this.#pump();
    return batch.count;
  }

  get isSettled(): boolean {
    return this.#batches.length === 0;
  }

  checkSettled(): void {
    checkPoints(this.#manner, this.#points);
  }

  #open(): void {
    const socket = this.#connect(this.name);
    const attempt = ++this.#connections;
    this.#socket = socket;
    this.#isReady = false;
    this.#sent = 0;
    socket.onopen = () => {
      const { named, name, level, backfill } = this.#manner;
      const mustGreet = named || level === 'memory' || backfill;
      const greets = mustGreet || this.#random.chance(0.5);
      // Only some say which of their connections it is; the others may close their own living one, and come again.
      const itself = this.#instance === undefined ? {} : { instance: this.#instance, attempt };
      const who = named ? { producer: name, ...itself } : {};
      if (greets) this.#send((w) => encodeHello(w, { ...who, ack: level, client: 'sim', backfill }));
      this.#send((w) => encodeSeries(w, this.#bindings));
      if (named) return;
      // Without a name nothing is waited for: numbers begin at 1.
      this.#nextSeq = 1;
      for (const batch of this.#batches) batch.seq = this.#nextSeq++;
      this.#isReady = true;
      this.#pump();
    };
    socket.onmessage = ({ data }) => this.#onFrame(decode(data as ArrayBuffer) as unknown[]);
    socket.onclose = () => this.#onDown();
  }

  #onDown(): void {
    this.#socket = undefined;
    this.#resume();
    this.#clock.setTimer(() => this.#open(), this.#random.int(500));
  }

  /** Opens a new connection and lets the old one hang: the engine learns of it by the takeover, or much later. */
  #forget(): void {
    const old = this.#socket!;
    old.onopen = old.onmessage = old.onclose = null;
    if (!this.#manner.named) old.close();
    this.#resume();
    this.#open();
  }

  #onFrame(frame: unknown[]): void {
    const seq = frame[1] as number;
    if (frame[0] === Opcode.welcome) this.#onWelcome((frame[1] as { lastSeq: number }).lastSeq);
    else if (frame[0] === Opcode.ack) this.#settle(seq);
    else if (frame[0] === Opcode.busy) this.#onBusy(seq, frame[2] as number);
    else law(false, `${this.name} got ${JSON.stringify(frame)}`);
  }

  #onWelcome(lastSeq: number): void {
    if (!this.#manner.named) return;
    this.#settle(lastSeq);
    const first = this.#batches[0]?.seq || this.#nextSeq;
    // What an ACK from memory settled may be lost, in some shards or all, as what a restored folder never had: its numbers are used up.
    law(
      first <= lastSeq + 1 || this.#manner.level === 'memory' || this.#hasGoneBack(),
      `${this.name} was told ${lastSeq} after an ACK`,
    );
    for (let seq = first - 1; seq > lastSeq; seq--) this.#batches.unshift(this.#maker.empty(seq));
    this.#sent = 0;
    this.#isReady = true;
    this.#pump();
  }

  #settle(seq: number): void {
    while (this.#batches.length > 0 && this.#batches[0]!.seq > 0 && this.#batches[0]!.seq <= seq) {
      this.#batches.shift();
      this.#sent = Math.max(0, this.#sent - 1);
    }
    this.#pump();
  }

  #onBusy(seq: number, retryAfterMs: number): void {
    const at = this.#batches.findIndex((batch) => batch.seq === seq);
    law(at >= 0, `${this.name} was told BUSY for batch ${seq}, which it does not have`);
    this.#sent = Math.min(this.#sent, at);
    this.#resume();
    this.#pause = this.#clock.setTimer(() => {
      this.#resume();
      this.#pump();
    }, retryAfterMs);
  }

  #resume(): void {
    this.#clock.clearTimer(this.#pause);
    this.#pause = undefined;
  }

  #pump(): void {
    while (
      this.#isReady &&
      this.#pause === undefined &&
      this.#sent < Math.min(this.#batches.length, this.#inFlightMax)
    ) {
      const batch = this.#batches[this.#sent++]!;
      if (batch.seq === 0) batch.seq = this.#nextSeq++;
      this.#send((writer) => batch.encode(writer, batch.seq));
    }
  }

  #send(write: (writer: CursorWriter) => void): void {
    const writer = new CursorWriter();
    write(writer);
    this.#socket?.send(writer.copy());
  }
}
