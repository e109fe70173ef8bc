import { MillraceError } from '../../errors.js';
import { LINE_BYTES_MAX, NDJSON_BUSY_MS_MAX, NDJSON_UNSETTLED_MAX } from '../limits.js';
import type { Busy, RowSink } from '../ports.js';
import { isBlank } from './blank-line.js';
import { badBody, readJson } from './body-reader.js';
import type { IngestCall } from './ingest-call.js';
import { answerReport, busyError, unableToStore } from './ingest-outcome.js';
import type { IngestReport } from './ingest-report.js';
import { LineCarry } from './line-carry.js';
import { addPoint } from './point-batch.js';

/** Where the bytes come from: the socket, or a decoder behind it. */
export interface ByteSource {
  pause(): void;
  resume(): void;
  /** Nothing more will be read. */
  close(): void;
}

/** An error, made when it is known how far the stream came. */
type Failure = (progress: Readonly<Record<string, unknown>>) => MillraceError;

const NEWLINE = 0x0a;

/** Of one line: what it should have been, for the sentence that names it. */
const lineFault = (wanted: string): MillraceError => new MillraceError('MR_BAD_BODY', wanted);

/**
 * A stream of points, one a line, of any length, in bounded memory.
 *
 *   chunk ─► LineCarry ─► region of whole lines ─► batch ─► engine        blocked: the source pauses, and
 *                              └─ blocked ─► queue (a copy) ─┘            regions already read wait in the queue
 *
 * Blocked means: the engine said BUSY (the batch is tried again after its delay), or NDJSON_UNSETTLED_MAX
 * batches aren't durable yet. Counts and `lines_taken` only ever tell of durable batches, so that a client
 * whose stream ends in an error knows from which line on to send again.
 */
export class NdjsonIngest {
  readonly #call: IngestCall;
  readonly #source: ByteSource;
  readonly #carry = new LineCarry();
  readonly #queue: Uint8Array[] = [];
  /** Of durable batches only. */
  readonly #report: IngestReport;
  #linesTaken = 0;
  /** The number, from 0, of the next line to be handed over. */
  #nextLine = 0;
  #unsettled = 0;
  #isBusy = false;
  #busySinceMs = Number.NaN;
  #timer: NodeJS.Timeout | undefined;
  /** A batch that settles inside commit must not start the next one there. */
  #isCommitting = false;
  #hasEnded = false;
  #failure: Failure | undefined;
  #isOver = false;

  constructor(call: IngestCall, source: ByteSource) {
    this.#call = call;
    this.#report = call.form.newReport(call.edge.clock.nowMs());
    this.#source = source;
    call.exchange.onAbort(() => this.#leave());
  }

  /** Takes a chunk, whose memory is free again when this returns. */
  feed(chunk: Uint8Array): void {
    if (this.#isOver || this.#failure !== undefined) return;
    const region = this.#carry.take(chunk);
    if (region === false) {
      this.fail((progress) => badBody(`NDJSON with at most ${LINE_BYTES_MAX} bytes a line`, progress));
    } else if (region !== undefined) {
      this.#offer(region);
    }
  }

  /** No more chunks come. */
  end(): void {
    const rest = this.#carry.rest();
    this.#hasEnded = true;
    if (rest.length > 0 && this.#failure === undefined) this.#offer(rest);
    this.#pump();
  }

  /** Takes nothing more, and answers with this error, told how far it came, once the batches under way are settled. */
  fail(failure: Failure): void {
    if (this.#isOver) return;
    this.#failure ??= failure;
    this.#queue.length = 0;
    clearTimeout(this.#timer);
    this.#isBusy = false;
    this.#pump();
  }

  get #isBlocked(): boolean {
    return this.#isBusy || this.#unsettled >= NDJSON_UNSETTLED_MAX;
  }

  #offer(region: Uint8Array): void {
    if (this.#queue.length > 0 || this.#isBlocked) this.#queue.push(region.slice());
    else this.#handOver(region);
    if (this.#isBlocked) this.#source.pause();
  }

  #pump(): void {
    while (this.#queue.length > 0 && !this.#isBlocked) this.#handOver(this.#queue.shift()!);
    if (this.#isOver) return;
    if (!this.#isBlocked) this.#source.resume();
    const isThrough = this.#failure !== undefined || (this.#hasEnded && this.#queue.length === 0);
    if (!isThrough || this.#unsettled > 0 || this.#isBusy) return;
    this.#isOver = true;
    this.#source.close();
    if (this.#failure === undefined) answerReport(this.#call, this.#report);
    else this.#call.exchange.fail(this.#failure(this.#progress()));
  }

  /** Hands a region over in batches; what is blocked goes back to the head of the queue. */
  #handOver(region: Uint8Array): void {
    let at = 0;
    while (at < region.length && this.#failure === undefined) {
      if (this.#isBlocked) {
        this.#queue.unshift(region.slice(at));
        return;
      }
      at = this.#batch(region, at);
    }
  }

  /** Hands one batch of lines over, from `at`, and answers where it ended: at `at` again when the engine was busy. */
  #batch(region: Uint8Array, start: number): number {
    const { form, edge } = this.#call;
    const { clock, ingest, limits } = edge;
    const nowMs = clock.nowMs();
    const sink = ingest.begin(nowMs, form.kind);
    const part = form.newReport(nowMs);
    let at = start;
    let line = this.#nextLine;
    let isWhole = false;
    try {
      while (at < region.length && part.accepted + part.rejected < limits.pointsPerBatch) {
        const newline = region.indexOf(NEWLINE, at);
        const end = newline < 0 ? region.length : newline;
        this.#line(region, at, end, sink, part, line);
        line++;
        at = end + 1;
      }
      isWhole = true;
    } catch (error) {
      const number = line + 1;
      this.fail((progress) =>
        badBody(`NDJSON; line ${number} must be ${(error as Error).message}`, { line: number, ...progress }),
      );
    } finally {
      if (!isWhole) sink.abort();
    }
    if (!isWhole) return region.length;
    const lines = line - this.#nextLine;
    this.#unsettled++;
    this.#isCommitting = true;
    const busy = sink.commit((failure) => this.#onSettled(failure, part, lines));
    this.#isCommitting = false;
    if (busy !== undefined) {
      this.#unsettled--;
      this.#onBusy(busy);
      return start;
    }
    this.#busySinceMs = Number.NaN;
    this.#nextLine = line;
    return at;
  }

  #line(
    region: Uint8Array,
    start: number,
    end: number,
    sink: RowSink,
    part: IngestReport,
    line: number,
  ): void {
    if (isBlank(region, start, end)) return;
    const after = this.#call.edge.scanner.scanPoint(region, start, end, sink, part, line);
    // Unusual, or something stands behind the point: the batch is dropped if that is no JSON.
    if (after < 0) addPoint(sink, part, line, readJson(region.subarray(start, end), lineFault));
    else if (!isBlank(region, after, end)) readJson(region.subarray(start, end), lineFault);
  }

  #onSettled(failure: Error | undefined, part: IngestReport, lines: number): void {
    this.#unsettled--;
    if (this.#isOver) return;
    if (failure !== undefined) {
      this.fail((progress) => unableToStore(failure, progress));
      return;
    }
    this.#report.add(part);
    this.#linesTaken += lines;
    if (!this.#isCommitting) this.#pump();
  }

  #onBusy(busy: Busy): void {
    const nowMs = this.#call.edge.clock.monotonicMs();
    if (Number.isNaN(this.#busySinceMs)) this.#busySinceMs = nowMs;
    if (nowMs - this.#busySinceMs > NDJSON_BUSY_MS_MAX) {
      this.fail((progress) => busyError(busy, progress));
      return;
    }
    this.#isBusy = true;
    this.#timer = setTimeout(() => {
      this.#isBusy = false;
      this.#pump();
    }, busy.busyRetryMs);
  }

  #progress(): Record<string, unknown> {
    return { ...this.#report.fields(), lines_taken: this.#linesTaken };
  }

  #leave(): void {
    this.#isOver = true;
    this.#source.close();
    this.#queue.length = 0;
    clearTimeout(this.#timer);
  }
}
