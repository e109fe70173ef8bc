import { CloseCode } from '../../protocol/close-codes.js';
import { decodeColumns } from '../../protocol/frames/columns.js';
import { peekOpcode } from '../../protocol/frames/frame-header.js';
import { type AckLevel, decodeHello } from '../../protocol/frames/hello.js';
import { ItemStatus } from '../../protocol/frames/item-status.js';
import type { WireLimits } from '../../protocol/limits.js';
import { type DecodeFailure, DecodeStatus } from '../../protocol/msgpack/decode-failure.js';
import { Opcode, opcodeName } from '../../protocol/opcodes.js';
import type { RejectTally } from '../../protocol/reject-tally.js';
import type { ConnectionContext, ConnectionSocket } from './connection-context.js';
import { ConnectionReplies } from './connection-replies.js';
import type { NamedProducer, ProducerOwner } from './producer-directory.js';
import { RefTable } from './ref-table.js';
import type { BatchKind } from './time-gate.js';
import { UnsettledBatches } from './unsettled-batches.js';
import { limitsOf } from './wire-limits.js';

/**
 * The engine's side of one ingest connection, as docs/protocol.md says. Everything is synchronous: when `onFrame`
 * returns, the frame's points are in the rings or refused, and the frame's memory may die.
 *
 * Order of batches: `#routed` is the highest seq that went to the rings. A batch at or below it came before and is
 * settled again without being applied; the one behind it is taken; anything later is out of order, except after a BUSY,
 * when everything in flight behind the refused batch is passed over in silence until that one comes again.
 */
export class IngestConnection implements ProducerOwner {
  readonly #context: ConnectionContext;
  readonly #socket: ConnectionSocket;
  readonly #refs = new RefTable();
  readonly #replies: ConnectionReplies;
  readonly #batches: UnsettledBatches;
  #limits: WireLimits;
  #producer: NamedProducer | undefined;
  #level: AckLevel = 'durable';
  #kind: BatchKind = 'live';
  #greeted = false;
  #anyFrame = false;
  #routed = 0;
  #busyFrom = 0;
  /** While above 0: WELCOME waits until this seq is durable. */
  #welcomeFrom = 0;
  #closed = false;

  constructor(context: ConnectionContext, socket: ConnectionSocket) {
    this.#context = context;
    this.#socket = socket;
    this.#limits = context.limits;
    this.#replies = new ConnectionReplies(context, socket);
    this.#batches = new UnsettledBatches(context, this.#replies);
  }

  get inFlight(): number {
    return this.#batches.length;
  }

  /** A binary message. `bytes` are valid until this returns. */
  onFrame(bytes: Uint8Array, nowMs: number): void {
    if (this.#closed) return;
    const { counters } = this.#context;
    counters.frames++;
    counters.bytes += bytes.length;
    const { frameBytesMax } = this.#limits;
    if (bytes.length > frameBytesMax) {
      const text = `expected a frame of up to ${frameBytesMax} bytes, got ${bytes.length}`;
      return this.#fatal(CloseCode.frameTooLarge, text);
    }
    const opcode = peekOpcode(bytes);
    if (opcode === Opcode.hello) {
      this.#onHello(bytes);
    } else if (!this.#mayProceed()) {
      this.#refuseToken('a token is needed: send HELLO with the key token first');
    } else if (opcode === Opcode.columns) {
      this.#onColumns(bytes, nowMs);
    } else if (opcode === Opcode.rows) {
      this.#onRows(bytes, nowMs);
    } else if (opcode === Opcode.series) {
      this.#onSeries(bytes);
    } else {
      this.#onUnknown(opcode, bytes);
    }
    this.#anyFrame = true;
  }

  /** A text message: the protocol has none. */
  onText(): void {
    this.#fatal(
      CloseCode.malformedFrame,
      'expected a binary message with a MessagePack array, got a text message',
    );
  }

  /** Sends what is settled. Answers false when nothing waits any more. */
  onProgress(nowMs: number): boolean {
    this.#batches.settleTaken();
    if (this.#closed) this.#batches.settleSilently();
    else {
      if (this.#welcomeFrom > 0) {
        if (this.#producer!.durableSeq < this.#welcomeFrom) return true;
        this.#welcome();
      }
      this.#batches.acknowledge(this.#level, nowMs);
    }
    return !this.#batches.isEmpty;
  }

  onTakenOver(): void {
    this.#context.counters.takeovers++;
    this.#close(CloseCode.takenOver, 'another connection took over this producer');
  }

  /** The engine stops: the client comes again later and goes on from lastSeq. */
  onStopping(): void {
    this.#close(CloseCode.goingAway, 'the engine is stopping');
  }

  /** The socket is gone. Batches in flight still become durable. */
  onClosed(): void {
    this.#closed = true;
    if (this.#producer?.owner === this) this.#producer.owner = undefined;
  }

  #mayProceed(): boolean {
    return this.#greeted || this.#context.tokens === undefined;
  }

  #onHello(bytes: Uint8Array): void {
    const { hello, tokens, producers } = this.#context;
    if (decodeHello(bytes, hello) !== DecodeStatus.ok) return this.#onFailure(hello.failure, 0);
    if (this.#anyFrame)
      return this.#replies.error(
        CloseCode.badFrame,
        'expected HELLO as the first frame of a connection, got it behind another',
        0,
      );
    if (tokens !== undefined && !tokens.has(hello.token))
      return this.#refuseToken(
        hello.token === '' ? 'a token is needed: HELLO has no key token' : 'the token is not known here',
      );
    this.#greeted = true;
    this.#level = hello.ack;
    this.#kind = hello.backfill ? 'history' : 'live';
    this.#limits = limitsOf(this.#kind, this.#context.limits);
    if (hello.producer !== '') {
      if (producers.isOvertaken(hello)) {
        return this.#close(CloseCode.normal, 'a later connection of this producer is here already');
      }
      this.#producer = producers.take(hello, this);
      if (this.#producer === undefined) {
        return this.#fatal(
          CloseCode.badFrame,
          `expected a producer that is known, for this folder remembers ${producers.count} and no more, got a new name; use an old one, or none`,
        );
      }
      this.#batches.producer = this.#producer;
      this.#routed = this.#producer.durableSeq;
      // What an earlier connection still has in flight must be told as durable, not asked for again.
      this.#welcomeFrom = this.#producer.routedSeq;
    }
    if (this.#welcomeFrom > this.#routed) this.#context.onWaiting(this);
    else this.#welcome();
  }

  #welcome(): void {
    this.#welcomeFrom = 0;
    if (this.#producer !== undefined) this.#routed = Math.max(this.#routed, this.#producer.durableSeq);
    const { frameBytesMax, pointsPerBatchMax, inFlightMax } = this.#limits;
    this.#replies.welcome({
      server: this.#context.server,
      maxFrameBytes: frameBytesMax,
      maxPointsPerBatch: pointsPerBatchMax,
      maxInFlight: inFlightMax,
      lastSeq: this.#producer?.durableSeq ?? 0,
    });
  }

  #onSeries(bytes: Uint8Array): void {
    const { series, intake } = this.#context;
    series.open(bytes);
    for (let status = series.next(); status < ItemStatus.end; status = series.next()) {
      const ref =
        status === ItemStatus.rejected
          ? -series.reason
          : intake.resolveRanges(bytes, series.nameStart, series.nameEnd, series.labels);
      this.#refs.bind(series.ref, ref);
    }
    if (series.failure.status !== DecodeStatus.ok) this.#onFailure(series.failure, 0);
    series.release();
  }

  #onColumns(bytes: Uint8Array, nowMs: number): void {
    const { columns, intake } = this.#context;
    if (decodeColumns(bytes, columns) !== DecodeStatus.ok)
      return this.#onFailure(columns.failure, columns.seq);
    const { seq, count } = columns;
    if (!this.#admits(seq)) return;
    intake.begin(this.#kind, nowMs);
    const rejects = intake.readColumns(bytes, columns, this.#refs);
    this.#route(seq, count, rejects, nowMs, columns.baseMs);
  }

  #onRows(bytes: Uint8Array, nowMs: number): void {
    const { rows, intake } = this.#context;
    if (rows.open(bytes) !== DecodeStatus.ok) return this.#onFailure(rows.failure, rows.seq);
    const { seq, count } = rows;
    if (!this.#admits(seq)) return rows.release();
    intake.begin(this.#kind, nowMs);
    const rejects = intake.readRows(bytes, rows);
    const broken = rows.failure.status !== DecodeStatus.ok;
    rows.release();
    if (broken) return this.#onFailure(rows.failure, seq);
    this.#route(seq, count, rejects, nowMs, 0);
  }

  /** Whether a batch with this seq goes on; if not, it has been answered. */
  #admits(seq: number): boolean {
    if (this.#busyFrom > 0 && seq > this.#busyFrom) return false;
    const expected = this.#routed + 1;
    if (seq > expected) {
      this.#replies.error(CloseCode.badFrame, `expected seq ${expected}, got ${seq}`, seq);
      return false;
    }
    const { counters } = this.#context;
    if (this.#batches.length >= this.#limits.inFlightMax) {
      this.#busy(seq, 10, 'in_flight_limit');
      return false;
    }
    if (seq < expected && this.#producer === undefined) counters.duplicates++;
    return true;
  }

  #route(seq: number, count: number, rejects: RejectTally | undefined, nowMs: number, baseMs: number): void {
    const { intake, links, counters } = this.#context;
    const resent = seq <= this.#routed;
    // What a connection without a name sends twice was taken once; what a named producer sends twice, its shards know.
    const applied = resent && (this.#producer === undefined || seq <= this.#producer.durableSeq);
    const refused = rejects?.total ?? 0;
    const head = { producer: this.#producer?.ref ?? 0, seq, baseMs, arrivalMs: nowMs };
    const positions = applied ? undefined : intake.route(head, refused);
    if (positions === undefined && !applied) {
      const { retryMs, reason } = links.busy();
      return this.#busy(seq, retryMs, reason);
    }
    // A batch from before the refused one says nothing of that one.
    if (seq >= this.#busyFrom) this.#busyFrom = 0;
    if (!resent) this.#routed = seq;
    if (this.#producer !== undefined) this.#producer.routedSeq = Math.max(this.#producer.routedSeq, seq);
    counters.batches++;
    if (rejects !== undefined) counters.addRejects(rejects);
    if (!applied) counters.accepted += count - refused;
    this.#batches.push({ seq, accepted: count - refused, rejects, positions, arrivedMs: nowMs });
    // A batch that put nothing into the rings, as when all of it is refused, may never hear of progress.
    if (this.#welcomeFrom === 0 && this.#batches.isSettledAlone(this.#level)) this.onProgress(nowMs);
    else this.#context.onWaiting(this);
  }

  #busy(seq: number, retryMs: number, reason: string): void {
    this.#busyFrom = seq;
    this.#replies.busy(seq, retryMs, reason);
  }

  #onUnknown(opcode: number, bytes: Uint8Array): void {
    if (opcode < 0) {
      return this.#fatal(
        CloseCode.malformedFrame,
        `expected a MessagePack array that begins with an opcode, got ${beginning(bytes)}`,
      );
    }
    const wanted = 'expected HELLO (0), SERIES (1), COLUMNS (2) or ROWS (3)';
    this.#replies.error(CloseCode.badFrame, `${wanted}, got ${opcodeName(opcode)}`, 0);
  }

  #onFailure(failure: DecodeFailure, seq: number): void {
    if (failure.status === DecodeStatus.malformed) this.#fatal(CloseCode.malformedFrame, failure.text, seq);
    else this.#replies.error(CloseCode.badFrame, failure.text, seq);
  }

  #fatal(code: number, message: string, seq = 0): void {
    this.#replies.error(code, message, seq);
    this.#close(code, message);
  }

  #refuseToken(message: string): void {
    this.#fatal(CloseCode.badToken, message);
  }

  #close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#producer?.owner === this) this.#producer.owner = undefined;
    this.#socket.close(code, reason);
  }
}

/** How a message begins that can't be told otherwise. */
function beginning(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty message';
  const shown = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `bytes that begin with ${shown}`;
}
