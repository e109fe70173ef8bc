import assert from 'node:assert/strict';
import type { ProducerHost, ProducerSocket } from '../../../protocol/client/host.js';
import { Producer } from '../../../protocol/client/producer.js';
import type { ProducerError } from '../../../protocol/client/producer-error.js';
import type {
  AckEvent,
  ProducerOptions,
  ProducerState,
  RejectEvent,
} from '../../../protocol/client/producer-options.js';
import {
  CursorWriter,
  decodeHello,
  encodeAck,
  encodeBusy,
  encodeError,
  encodeWelcome,
  HelloView,
  Opcode,
  peekOpcode,
  type RejectCount,
  type Welcome,
} from '../../../protocol/index.js';
import { readColumns, readSeries } from '../frames/read-frames.js';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A host whose time moves only when a test says so, and whose sockets are in the test's hands. */
export class FakeWorld implements ProducerHost {
  nowMs = 1_000_000;
  /** What `random()` answers. */
  dice = 0.5;
  readonly sockets: FakeSocket[] = [];
  readonly #timers = new Set<Timer>();

  connect(url: string): ProducerSocket {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  }
  now = (): number => this.nowMs;
  random = (): number => this.dice;
  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = { atMs: this.nowMs + delayMs, callback };
    this.#timers.add(timer);
    return timer;
  }
  clearTimer(handle: unknown): void {
    this.#timers.delete(handle as Timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** The time until the next timer. */
  get nextTimerMs(): number {
    return Math.min(...[...this.#timers].map(({ atMs }) => atMs)) - this.nowMs;
  }

  /** Lets `ms` pass and runs the timers that fall due, in order. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.nowMs = Math.max(this.nowMs, due.atMs);
      this.#timers.delete(due);
      due.callback();
    }
    this.nowMs = untilMs;
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
}

export interface SentColumns {
  readonly seq: number;
  readonly baseMs: number;
  readonly refs: number[];
  readonly dt: number[] | null;
  readonly values: number[];
}

export const defaultWelcome: Welcome = {
  server: 'fake/1',
  maxFrameBytes: 16 * 1024 * 1024,
  maxPointsPerBatch: 1_000_000,
  maxInFlight: 64,
  lastSeq: 0,
};

/** One connection as the engine sees it. */
export class FakeSocket implements ProducerSocket {
  binaryType = 'blob';
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly url: string;
  /** Every frame as it was when it was sent. */
  readonly sent: Uint8Array[] = [];
  readonly #references: Uint8Array[] = [];
  closeCode: number | undefined;
  /** Called for every frame; a test may answer inside. */
  onSent: ((frame: Uint8Array) => void) | undefined;

  constructor(url: string) {
    this.url = url;
  }

  send(data: Uint8Array): void {
    this.sent.push(data.slice());
    this.#references.push(data);
    this.onSent?.(this.sent.at(-1)!);
  }
  close(code = 1000): void {
    this.closeCode = code;
  }

  open(): void {
    this.onopen?.({});
  }
  /** Opens the connection and answers the HELLO. */
  welcome(welcome: Partial<Welcome> = {}): void {
    this.open();
    this.reply((writer) => encodeWelcome(writer, { ...defaultWelcome, ...welcome }));
  }
  ack(seq: number, accepted = 0, rejected: readonly RejectCount[] = []): void {
    this.reply((writer) => encodeAck(writer, seq, accepted, rejected));
  }
  busy(seq: number, retryAfterMs: number): void {
    this.reply((writer) => encodeBusy(writer, seq, retryAfterMs, 'ring full'));
  }
  error(code: number, seq: number): void {
    this.reply((writer) => encodeError(writer, code, 'no good', seq));
  }
  reply(write: (writer: CursorWriter) => void): void {
    const writer = new CursorWriter();
    write(writer);
    this.replyBytes(writer.copy());
  }
  replyBytes(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer });
  }
  drop(code = 1006, reason = ''): void {
    this.onclose?.({ code, reason });
  }

  get hello(): HelloView {
    const view = new HelloView();
    assert.equal(decodeHello(this.sent[0]!, view), 0, view.failure.text);
    return view;
  }
  get columns(): SentColumns[] {
    return this.#framesOf(Opcode.columns).map((frame) => readColumns(frame) as SentColumns);
  }
  get seqs(): number[] {
    return this.columns.map(({ seq }) => seq);
  }
  get series(): { ref: number; name: string; labels: Record<string, string> }[] {
    return this.#framesOf(Opcode.series).flatMap((frame) => {
      const { bindings } = readSeries(frame) as {
        bindings: { ref: number; name: string; labels: Record<string, string> }[];
      };
      return bindings;
    });
  }
  /** The opcodes of all that was sent, in order. */
  get opcodes(): number[] {
    return this.sent.map(peekOpcode);
  }
  /** A socket may hold on to the bytes until they have left. */
  assertUnchanged(): void {
    for (const [i, frame] of this.sent.entries()) assert.deepEqual(this.#references[i], frame);
  }

  #framesOf(opcode: number): Uint8Array[] {
    return this.sent.filter((frame) => peekOpcode(frame) === opcode);
  }
}

/** A producer in a fake world, with all that it told. */
export interface Fixture {
  readonly world: FakeWorld;
  readonly producer: Producer;
  readonly errors: ProducerError[];
  readonly states: ProducerState[];
  readonly acks: AckEvent[];
  readonly rejects: RejectEvent[];
}

export function produce(options: Partial<ProducerOptions> = {}): Fixture {
  const world = new FakeWorld();
  const errors: ProducerError[] = [];
  const states: ProducerState[] = [];
  const acks: AckEvent[] = [];
  const rejects: RejectEvent[] = [];
  const producer = new Producer(
    {
      url: 'ws://engine/ws/ingest',
      producer: 'p1',
      onError: (error) => errors.push(error),
      onState: (state) => states.push(state),
      onAck: (event) => acks.push(event),
      onReject: (event) => rejects.push(event),
      ...options,
    },
    world,
  );
  return { world, producer, errors, states, acks, rejects };
}

/** Whether a promise has settled by now, and how. */
export async function settledAs(promise: Promise<unknown>): Promise<'resolved' | 'rejected' | 'pending'> {
  const outcome = promise.then(
    () => 'resolved' as const,
    () => 'rejected' as const,
  );
  // A settled promise wins the race against a later turn of the loop.
  const later = new Promise<'pending'>((resolve) => setImmediate(() => resolve('pending')));
  return Promise.race([outcome, later]);
}
