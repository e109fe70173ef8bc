import type { Welcome } from '../frames/welcome.js';
import { columnsOverheadBytesMax, defaultWireLimits, pointBytesMax } from '../limits.js';
import { Batch, splitBatch } from './batch.js';
import { BatchQueue } from './batch-queue.js';
import type { Connection } from './connection.js';
import { InFlight } from './in-flight.js';
import { bufferBatches, type ProducerSettings } from './producer-options.js';
import type { ProducerCounters } from './producer-stats.js';
import type { SeriesRefs } from './series-refs.js';

/** What a sender tells its session. */
export interface SenderEvents {
  now(): number;
  /** A batch is about to leave. */
  onSend(): void;
  /** A batch will never be taken and was emptied. */
  onRefused(text: string): void;
}

/**
 * Decides which batch goes out next, and when one may. Invariants: 1. `inFlight` holds the batches that have a
 * number, `pending` those that don't; a number is given when a batch is first sent, because only WELCOME says
 * where numbers start. 2. A numbered batch keeps number and bytes until it is settled, so that the engine
 * recognises it. 3. On a connection the series [0, bound) are bound, and a batch is sent only when those it
 * needs are. 4. Nothing is sent without a connection that was welcomed, or while the engine is busy.
 */
export class Sender {
  readonly pending: BatchQueue = new BatchQueue();
  readonly inFlight: InFlight = new InFlight();
  readonly #series: SeriesRefs;
  readonly #counters: ProducerCounters;
  readonly #events: SenderEvents;
  readonly #inFlightBytesMax: number;
  #connection: Connection | undefined;
  #paused = false;
  #bound = 0;
  #frameBytesMax = defaultWireLimits.frameBytesMax;
  #pointsPerBatchMax = defaultWireLimits.pointsPerBatchMax;
  #inFlightMax = defaultWireLimits.inFlightMax;
  #pumping = false;

  constructor(
    settings: ProducerSettings,
    series: SeriesRefs,
    counters: ProducerCounters,
    events: SenderEvents,
  ) {
    this.#series = series;
    this.#counters = counters;
    this.#events = events;
    this.#inFlightBytesMax = (settings.maxBufferedBytes * 2) / bufferBatches;
  }

  /** Points that one frame may have: what the engine said, or is assumed to say, and what its frame size allows. */
  get pointsPerFrameMax(): number {
    const fit = Math.floor((this.#frameBytesMax - columnsOverheadBytesMax) / pointBytesMax);
    return Math.max(1, Math.min(this.#pointsPerBatchMax, fit));
  }

  /** The ordinal of the oldest batch that isn't settled. */
  get oldestOrdinal(): number {
    return this.inFlight.first?.ordinal ?? this.pending.at(0)?.ordinal ?? Number.POSITIVE_INFINITY;
  }

  /** Takes a sealed frame in, to go when it may; it needs the series [0, seriesNeeded). */
  enqueue(frame: Uint8Array, points: number, seriesNeeded: number): void {
    const ordinal = ++this.#counters.batchesSealed;
    const firstPoint = this.#counters.pointsSealed;
    this.#counters.pointsSealed += points;
    this.pending.push(new Batch(frame, points, { ordinal, seriesNeeded, firstPoint }));
  }

  /** A connection was welcomed: everything in flight and every series goes out on it again. */
  attach(connection: Connection, welcome: Welcome): void {
    this.#connection = connection;
    this.#frameBytesMax = welcome.maxFrameBytes;
    this.#pointsPerBatchMax = welcome.maxPointsPerBatch;
    this.#inFlightMax = welcome.maxInFlight;
    this.#bound = 0;
    this.#paused = false;
    this.inFlight.rewindAll();
  }

  /** The connection is gone. */
  detach(): void {
    this.#connection = undefined;
    this.inFlight.rewindAll();
  }

  /** Sends nothing until `resume()`. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.pump();
  }

  /** Sends what may be sent. Called whenever something may have changed; does nothing if nothing has. */
  pump(): void {
    // A socket may answer inside `send`, and the answer calls this.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#trySendNext());
    } finally {
      this.#pumping = false;
    }
  }

  /** Takes the points out of a batch that the engine will never take; its number goes on, or the sequence would have a hole. */
  refuse(batch: Batch, text: string): void {
    const wasSent = this.inFlight.isSent(batch);
    this.#counters.pointsRefused += batch.points;
    this.inFlight.empty(batch);
    if (wasSent) this.#connection?.send(batch.frame);
    this.#events.onRefused(text);
  }

  #trySendNext(): boolean {
    const connection = this.#connection;
    if (connection === undefined || this.#paused || this.inFlight.sent >= this.#inFlightMax) return false;
    if (this.inFlight.peekUnsent() === undefined && !this.#takePending()) return false;
    const batch = this.inFlight.peekUnsent()!;
    if (batch.frame.length > this.#frameBytesMax || batch.points > this.#pointsPerBatchMax) {
      this.refuse(batch, `batch ${batch.seq} is larger than the engine takes now, and is numbered already`);
      return true;
    }
    // Counted before it leaves: whatever the socket does inside `send` finds the books in order.
    this.#countSend(batch);
    this.inFlight.markSent(this.#events.now());
    this.#events.onSend();
    this.#bindThrough(batch.seriesNeeded, connection);
    connection.send(batch.frame);
    return true;
  }

  /** Moves the oldest pending batch into flight, in parts if the engine wants smaller ones than were assumed. */
  #takePending(): boolean {
    const next = this.pending.at(0);
    if (next === undefined) return false;
    const isFull = this.inFlight.bytes + next.frame.length > this.#inFlightBytesMax;
    if (isFull && this.inFlight.length > 0) return false;
    this.pending.shift();
    if (next.points > this.pointsPerFrameMax) {
      this.pending.unshift(splitBatch(next, this.pointsPerFrameMax));
      return this.#takePending();
    }
    this.inFlight.push(next);
    return true;
  }

  #bindThrough(needed: number, connection: Connection): void {
    if (needed <= this.#bound) return;
    const from = this.#bound;
    // All that are known, not only those needed: fewer and fuller frames.
    this.#bound = this.#series.count;
    this.#series.bind(from, this.#bound, this.#frameBytesMax, (frame) => {
      this.#counters.bytesSent += frame.length;
      connection.send(frame);
    });
  }

  #countSend(batch: Batch): void {
    const counters = this.#counters;
    counters.bytesSent += batch.frame.length;
    if (batch.sends === 0) {
      counters.batchesSent++;
      counters.pointsSent += batch.points;
    } else {
      counters.batchesResent++;
      counters.pointsResent += batch.points;
    }
  }
}
