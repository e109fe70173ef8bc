import { CloseCode } from '../close-codes.js';
import type { AckView } from '../frames/ack.js';
import type { BusyView } from '../frames/busy.js';
import type { ErrorView } from '../frames/error.js';
import type { Welcome } from '../frames/welcome.js';
import { Backoff } from './backoff.js';
import type { Batch } from './batch.js';
import { Connection } from './connection.js';
import type { ProducerHost, TimerHandle } from './host.js';
import { ProducerError } from './producer-error.js';
import type { AckEvent, ProducerSettings, ProducerState, RejectEvent } from './producer-options.js';
import type { ProducerCounters } from './producer-stats.js';
import { Sender } from './sender.js';
import type { SeriesRefs } from './series-refs.js';

/** Close codes by which a connection ends in the ordinary course of things: done, going away, none, broken off, restarting, try later. */
const quietCloseCodes: readonly number[] = [1000, 1001, 1005, 1006, 1012, 1013];

/** What a session tells its producer. Every call comes after the session's own state is in order. */
export interface SessionEvents {
  /** Batches left the buffer. */
  onSpace(): void;
  onAck(event: AckEvent): void;
  onReject(event: RejectEvent): void;
  onError(error: ProducerError): void;
  onState(state: ProducerState): void;
  /** Nothing will ever be sent again. */
  onFinal(error: ProducerError): void;
}

/**
 * Keeps a connection to the engine, one after another, and tells the sender what the engine says.
 *
 *   connecting ──WELCOME──► live ◄──after retryAfterMs──┐
 *       ▲                    │ └────────BUSY───────► busy
 *       │                    │                        │
 *       └── backoff ── waiting ◄─── connection down ──┘      4401, 4409: failed
 */
export class Session {
  readonly sender: Sender;
  readonly #host: ProducerHost;
  readonly #settings: ProducerSettings;
  readonly #counters: ProducerCounters;
  readonly #events: SessionEvents;
  readonly #backoff: Backoff;
  #connection: Connection | undefined;
  #state: ProducerState = 'waiting';
  #welcomedAtMs = 0;
  #retryTimer: TimerHandle;
  #retryAtMs = 0;
  #stallTimer: TimerHandle;
  #stallArmed = false;

  constructor(
    host: ProducerHost,
    settings: ProducerSettings,
    series: SeriesRefs,
    counters: ProducerCounters,
    events: SessionEvents,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.#counters = counters;
    this.#events = events;
    this.#backoff = new Backoff(settings.backoffMinMs, settings.backoffMaxMs, host.random);
    this.sender = new Sender(settings, series, counters, {
      now: () => host.now(),
      onSend: () => this.#armStall(settings.ackTimeoutMs),
      onRefused: (text) => events.onError(new ProducerError('MR_CLIENT_REFUSED', text)),
    });
  }

  /** Connects for the first time. */
  start(): void {
    this.#connect();
  }

  /** Ends the session from this side; what isn't settled stays where it is. */
  stop(): void {
    if (this.#state === 'failed') return;
    this.#halt();
    this.#enter('closed');
  }

  #connect(): void {
    const { url, producer, token, ack, client, instance, backfill, connectTimeoutMs } = this.#settings;
    const attempt = ++this.#counters.connects;
    const named = producer === '' ? {} : { producer, instance, attempt };
    const hello = { ...named, token, ack, client, backfill };
    this.#connection = new Connection(this.#host, url, hello, connectTimeoutMs, {
      onWelcome: (welcome) => this.#onWelcome(welcome),
      onAck: (ack) => this.#onAck(ack),
      onBusy: (busy) => this.#onBusy(busy),
      onErrorFrame: (error) => this.#onErrorFrame(error),
      onDown: (code, reason, problem) => this.#onDown(code, reason, problem),
    });
    this.#enter('connecting');
  }

  #onWelcome(welcome: Welcome): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#welcomedAtMs = this.#host.now();
    this.sender.attach(connection, welcome);
    if (this.#settings.producer === '') this.sender.inFlight.renumber(1);
    else this.#agree(welcome.lastSeq);
    this.#enter('live');
    this.#events.onSpace();
    this.sender.pump();
  }

  /** Agrees with the engine on where the sequence stands. */
  #agree(lastSeq: number): void {
    const inFlight = this.sender.inFlight;
    const expected = inFlight.nextSeq;
    this.#countSettled(inFlight.settleThrough(lastSeq), true);
    if (inFlight.resume(lastSeq)) return;
    const text = `expected lastSeq below ${expected}, got ${lastSeq}: another process sends as ${JSON.stringify(this.#settings.producer)}`;
    this.#events.onError(new ProducerError('MR_CLIENT_NAME_SHARED', text));
  }

  #onAck(ack: AckView): void {
    const { seq, accepted, rejected: reasons } = ack;
    const nextSeq = this.sender.inFlight.nextSeq;
    if (seq >= nextSeq) {
      const text = `expected ACK of a batch below ${nextSeq}, got ${seq}`;
      this.#connection?.drop(new ProducerError('MR_CLIENT_PROTOCOL', text));
      return;
    }
    const settled = this.sender.inFlight.settleThrough(seq);
    this.#countSettled(settled, false);
    this.#counters.pointsAccepted += accepted;
    this.#backoff.reset();
    let rejected = 0;
    for (const { reason, count } of reasons) {
      rejected += count;
      this.#counters.reject(reason, count);
    }
    this.#events.onSpace();
    this.#events.onAck({ seq, accepted, rejected, batches: settled.length });
    // A batch with rejects ends its ACK.
    const firstPoint = settled.at(-1)?.firstPoint ?? 0;
    for (const reason of reasons)
      this.#events.onReject({ ...reason, seq, pointIndex: firstPoint + reason.firstIndex });
    this.sender.pump();
  }

  #countSettled(settled: readonly Batch[], resumed: boolean): void {
    const counters = this.#counters;
    const nowMs = this.#host.now();
    for (const batch of settled) {
      counters.batchesAcknowledged++;
      counters.pointsAcknowledged += batch.points;
      if (resumed) counters.pointsResumed += batch.points;
      if (batch.sends > 0) counters.latency.add(nowMs - batch.firstSentAtMs);
    }
  }

  /** Every batch of a burst may be answered with a BUSY of its own: the lowest seq and the latest time count. */
  #onBusy(busy: BusyView): void {
    this.#counters.busy++;
    this.sender.pause();
    this.sender.inFlight.rewindTo(busy.seq);
    const atMs = this.#host.now() + busy.retryAfterMs;
    if (this.#state === 'busy' && atMs <= this.#retryAtMs) return;
    this.#retryAtMs = atMs;
    this.#setRetry(busy.retryAfterMs, () => {
      this.#enter('live');
      this.sender.resume();
    });
    this.#enter('busy');
  }

  #onErrorFrame(error: ErrorView): void {
    const { code, message, seq } = error;
    const text = `the engine answered ${code}${seq > 0 ? ` to batch ${seq}` : ''}: ${message}`;
    const batch = seq > 0 ? this.sender.inFlight.find(seq) : undefined;
    // A batch that was emptied already is not emptied again: that would go on for ever.
    if (batch !== undefined && batch.points > 0) this.sender.refuse(batch, text);
    else this.#events.onError(new ProducerError('MR_CLIENT_REFUSED', text));
  }

  #onDown(code: number, reason: string, problem: ProducerError | undefined): void {
    this.#connection = undefined;
    this.sender.detach();
    if (code === CloseCode.badToken || code === CloseCode.takenOver) {
      this.#fail(code, reason);
      return;
    }
    // A connection that held for a while was a success, even if it never had anything to acknowledge.
    const heldMs = this.#welcomedAtMs > 0 ? this.#host.now() - this.#welcomedAtMs : 0;
    if (heldMs >= this.#settings.backoffMaxMs) this.#backoff.reset();
    this.#welcomedAtMs = 0;
    this.#setRetry(this.#backoff.nextDelayMs(), () => this.#connect());
    this.#enter('waiting');
    if (problem !== undefined) {
      this.#events.onError(problem);
    } else if (!quietCloseCodes.includes(code)) {
      const text = `the engine closed the connection with ${code}: ${reason}`;
      this.#events.onError(new ProducerError('MR_CLIENT_REFUSED', text));
    }
  }

  /** The two ends that trying again cannot mend: it would fail for ever, or take the name back and forth. */
  #fail(code: number, reason: string): void {
    this.#halt();
    this.#state = 'failed';
    const name = JSON.stringify(this.#settings.producer);
    const error =
      code === CloseCode.badToken
        ? new ProducerError('MR_CLIENT_BAD_TOKEN', `the engine refused the token: ${reason}`)
        : new ProducerError('MR_CLIENT_TAKEN_OVER', `another connection with producer ${name} took over`);
    this.#events.onFinal(error);
    this.#events.onState('failed');
  }

  #halt(): void {
    this.#host.clearTimer(this.#retryTimer);
    this.#host.clearTimer(this.#stallTimer);
    this.sender.detach();
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  #setRetry(delayMs: number, callback: () => void): void {
    this.#host.clearTimer(this.#retryTimer);
    this.#retryTimer = this.#host.setTimer(callback, delayMs);
  }

  /** Watches for an engine that is silent while it owes an answer. One timer, whatever the rate of batches. */
  #armStall(delayMs: number): void {
    if (this.#stallArmed) return;
    this.#stallArmed = true;
    this.#stallTimer = this.#host.setTimer(() => this.#checkStall(), delayMs);
  }

  #checkStall(): void {
    this.#stallArmed = false;
    const connection = this.#connection;
    const oldest = this.sender.inFlight.first;
    if (connection === undefined || oldest === undefined || this.sender.inFlight.sent === 0) return;
    const silentMs = this.#host.now() - Math.max(connection.heardAtMs, oldest.lastSentAtMs);
    const leftMs = this.#settings.ackTimeoutMs - silentMs;
    if (leftMs <= 0) {
      const text = `batch ${oldest.seq} needs an answer within ${this.#settings.ackTimeoutMs} ms, got silence`;
      connection.drop(new ProducerError('MR_CLIENT_TIMEOUT', text));
    } else {
      this.#armStall(leftMs);
    }
  }

  #enter(state: ProducerState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#events.onState(state);
  }
}
