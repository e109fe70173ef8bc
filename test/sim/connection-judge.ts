import { decode } from '@msgpack/msgpack';
import type { Hello } from '../../protocol/frames/hello.js';
import { Opcode } from '../../protocol/opcodes.js';
import type { BatchKind } from '../../src/ingest/time-gate.js';
import type { FrontEndModel, JudgedPoint } from './front-end-model.js';
import { metricOf, seriesText } from './series-pool.js';
import { law } from './sim-failure.js';

interface Batch {
  readonly seq: number;
  readonly points: readonly JudgedPoint[];
}

type Tally = Map<string, number>;

/**
 * Listens on one connection, at the engine's end, and holds what leaves to what came in: it reads frames with a library of
 * its own and knows no more of the engine than the contract says. A fresh one for each connection.
 */
export class ConnectionJudge {
  readonly #model: FrontEndModel;
  readonly #refs = new Map<number, { text: string; reason: string }>();
  readonly #pending: Batch[] = [];
  #nowMs = 0;
  #level: 'durable' | 'memory' = 'durable';
  #producer = '';
  #kind: BatchKind = 'live';
  #busyFrom = 0;

  constructor(model: FrontEndModel) {
    this.#model = model;
  }

  get inFlight(): number {
    return this.#pending.length;
  }

  /** A frame is about to be handled. What it does is booked at once: an ACK may leave before the handler returns. */
  onFrame(bytes: Uint8Array, nowMs: number): void {
    this.#nowMs = nowMs;
    const frame = decode(bytes) as unknown[];
    if (frame[0] === Opcode.hello) this.#onHello(frame[1] as Partial<Hello>);
    else if (frame[0] === Opcode.series)
      this.#onSeries(frame[1] as [number, string, Record<string, string>][]);
    else if (frame[0] === Opcode.columns) this.#onBatch(frame[1] as number, () => this.#columnsOf(frame));
    else this.#onBatch(frame[1] as number, () => (frame[2] as unknown[][]).map((row) => this.#rowOf(row)));
  }

  /** A frame leaves the engine. */
  onSent(bytes: Uint8Array): void {
    const frame = decode(bytes) as unknown[];
    if (frame[0] === Opcode.ack)
      this.#onAck(frame[1] as number, frame[2] as number, frame[3] as [string, number][]);
    else if (frame[0] === Opcode.busy) this.#onBusy(frame[1] as number);
    else if (frame[0] === Opcode.welcome) this.#onWelcome((frame[1] as { lastSeq: number }).lastSeq);
    else law(false, `the engine sent ${JSON.stringify(frame)}`);
  }

  #onHello(fields: Partial<Hello>): void {
    this.#producer = fields.producer ?? '';
    if (fields.ack === 'memory') this.#level = 'memory';
    if (fields.backfill === true) this.#kind = 'history';
  }

  #onSeries(bindings: readonly [number, string, Record<string, string>][]): void {
    for (const [ref, name, labels] of bindings) {
      const text = seriesText(name, labels);
      this.#refs.set(ref, { text, reason: this.#model.resolve({ name, text }) });
    }
  }

  /** Behind a BUSY everything is passed over until its batch comes again. */
  #onBatch(seq: number, read: () => JudgedPoint[]): void {
    if (this.#busyFrom > 0 && seq > this.#busyFrom) return;
    this.#busyFrom = 0;
    // One batch too many is not even looked at, so that its rows make no series.
    const isTooMany = this.#pending.length >= this.#model.inFlightMax(this.#kind);
    const batch = { seq, points: isTooMany ? [] : read() };
    this.#pending.push(batch);
    this.#model.take(batch.points, this.#nowMs);
    if (this.#producer !== '' && this.#level === 'durable')
      this.#model.remember(this.#producer, seq, batch.points);
  }

  #columnsOf(frame: unknown[]): JudgedPoint[] {
    const [, , baseMs, refs, dt, values] = frame as [
      number,
      number,
      number,
      Uint8Array,
      Uint8Array | null,
      Uint8Array,
    ];
    const view = (bytes: Uint8Array): DataView =>
      new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [refView, valueView] = [view(refs), view(values)];
    const dtView = dt === null ? undefined : view(dt);
    return Array.from({ length: refs.length / 4 }, (_, i) => {
      const value = valueView.getFloat64(i * 8, true);
      const bound = this.#refs.get(refView.getUint32(i * 4, true));
      const timeMs = baseMs + (dtView?.getInt32(i * 4, true) ?? 0);
      let reason = bound === undefined ? 'unknown_ref' : bound.reason;
      if (reason === '' && !Number.isFinite(value)) reason = 'invalid_value';
      if (reason === '')
        reason = this.#model.timeReason(timeMs, this.#nowMs, this.#kind, metricOf(bound!.text));
      return this.#judged(value, reason, bound?.text);
    });
  }

  #rowOf(row: readonly unknown[]): JudgedPoint {
    const [name, value, time, labels] = row as [string, number, unknown, Record<string, string> | undefined];
    const timeMs = time === undefined || time === null ? this.#nowMs : timeOf(time);
    const text = seriesText(name, labels ?? {});
    let reason = name === '' || name.includes('\n') ? 'invalid_name' : '';
    if (reason === '' && Object.values(labels ?? {}).some((v) => typeof v !== 'string'))
      reason = 'invalid_label';
    if (reason === '' && !Number.isFinite(value)) reason = 'invalid_value';
    if (reason === '') reason = this.#model.timeReason(timeMs, this.#nowMs, this.#kind);
    if (reason === '') reason = this.#model.resolve({ name, text });
    // What some metric keeps as long makes a series, though this one keeps less.
    if (reason === '') reason = this.#model.timeReason(timeMs, this.#nowMs, this.#kind, name);
    return this.#judged(value, reason, text);
  }

  #judged(value: number, reason: string, text: string | undefined): JudgedPoint {
    const point = Number.isFinite(value) ? this.#model.book.get(value) : undefined;
    law(reason !== '' || point?.series === text, `value ${value} came as ${text}`);
    return { point, reason };
  }

  #onBusy(seq: number): void {
    const refused = this.#pending.pop();
    law(refused?.seq === seq, `BUSY for batch ${seq} answers batch ${refused?.seq}`);
    this.#model.untake(refused.points);
    if (this.#producer !== '' && this.#level === 'durable') this.#model.forget(this.#producer, seq);
    this.#busyFrom = seq;
  }

  #onAck(seq: number, accepted: number, rejected: readonly [string, number][]): void {
    const wanted: Tally = new Map();
    let last = 0;
    let sent = 0;
    while ((this.#pending[0]?.seq ?? Number.POSITIVE_INFINITY) <= seq) {
      const batch = this.#pending.shift()!;
      last = batch.seq;
      sent += batch.points.length;
      for (const { reason } of batch.points) wanted.set(reason, (wanted.get(reason) ?? 0) + 1);
      this.#model.settle(batch.points, this.#level);
    }
    law(last === seq, `ACK for batch ${seq} settles up to ${last}`);
    const told: Tally = new Map(rejected);
    let all = accepted;
    for (const count of told.values()) all += count;
    law(all === sent, `ACK for batch ${seq} tells of ${all} points, sent were ${sent}`);
    law(
      accepted === (wanted.get('') ?? 0),
      `ACK for batch ${seq} accepts ${accepted}, not ${wanted.get('') ?? 0}`,
    );
    for (const [reason, count] of told) {
      law(
        wanted.get(reason) === count,
        `ACK for batch ${seq} rejects ${count} as ${reason}, not ${wanted.get(reason)}`,
      );
    }
    if (this.#producer !== '' && this.#level === 'durable') this.#model.settleThrough(this.#producer, seq);
  }

  #onWelcome(lastSeq: number): void {
    law(this.#producer !== '' || lastSeq === 0, 'a producer without a name was told a lastSeq');
    if (this.#producer === '' || this.#level === 'memory') return;
    const told = this.#model.told(this.#producer);
    law(lastSeq >= told, `${this.#producer} was told ${told} and then ${lastSeq}`);
    this.#model.settleThrough(this.#producer, lastSeq);
  }
}

function timeOf(time: unknown): number {
  return typeof time === 'number' ? time : Date.parse(String(time));
}
