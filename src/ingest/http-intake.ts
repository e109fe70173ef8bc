import { RejectCode } from '../../protocol/reject-reasons.js';
import { RejectTally } from '../../protocol/reject-tally.js';
import { MillraceError } from '../errors.js';
import type { Busy, IngestPort, Labels, RowSink } from '../http/ports.js';
import type { BatchIntake } from './batch-intake.js';
import { type InFlightBatch, isSettled } from './in-flight.js';
import type { IngestCounters } from './ingest-counters.js';
import type { ShardLinks } from './shard-links.js';
import type { BatchKind } from './time-gate.js';

interface Waiting {
  batch: InFlightBatch;
  onSettled: (failure: Error | undefined) => void;
}

/**
 * The engine's side of ingest over HTTP: a batch of points, no producer, answered when it is durable. Rows of one batch
 * go into the shared columns one by one; the batch that is open owns them until it is committed or aborted.
 */
export class HttpIntake implements IngestPort, RowSink {
  readonly #intake: BatchIntake;
  readonly #links: ShardLinks;
  readonly #counters: IngestCounters;
  readonly #waiting: Waiting[] = [];
  readonly #tally = new RejectTally();
  readonly #text = Buffer.alloc(1 << 16);
  #nowMs = 0;

  constructor(intake: BatchIntake, links: ShardLinks, counters: IngestCounters) {
    this.#intake = intake;
    this.#links = links;
    this.#counters = counters;
  }

  begin(nowMs: number, kind: BatchKind): RowSink {
    this.#nowMs = nowMs;
    this.#tally.reset();
    this.#intake.begin(kind, nowMs);
    return this;
  }

  resolve(name: string, labels: Labels | undefined): number {
    const { key } = this.#intake.resolver;
    const nameBytes = this.#encode(name, 0);
    if (nameBytes < 0) return -1 - RejectCode.invalidName;
    key.begin(this.#text, 0, nameBytes);
    for (const label in labels) {
      const value: unknown = labels[label];
      if (typeof value !== 'string') {
        key.badLabel();
        continue;
      }
      const nameEnd = this.#encode(label, 0);
      const valueEnd = nameEnd < 0 ? -1 : this.#encode(value, nameEnd);
      if (valueEnd < 0) return -1 - RejectCode.labelTooLong;
      key.label(this.#text, 0, nameEnd, nameEnd, valueEnd);
    }
    const ref = this.#intake.resolver.resolve();
    return ref >= 0 ? ref : -1 + ref;
  }

  timeReason(timeMs: number): number {
    return this.#intake.timeReason(timeMs);
  }

  addResolved(series: number, value: number, timeMs: number | undefined): number {
    const time = timeMs ?? this.#nowMs;
    const reason = Number.isFinite(value)
      ? this.#intake.seriesTimeReason(series, time)
      : RejectCode.invalidValue;
    if (reason !== 0) {
      this.#tally.add(reason, 0);
      return reason;
    }
    const { columns } = this.#intake;
    const at = columns.count;
    columns.reserve(at + 1);
    columns.refs[at] = series;
    columns.values[at] = value;
    columns.times[at] = time;
    columns.count = at + 1;
    return 0;
  }

  reject(reason: number): void {
    this.#tally.add(reason as RejectCode, 0);
  }

  commit(onSettled: (failure: Error | undefined) => void): Busy | undefined {
    const accepted = this.#intake.columns.count;
    const head = { producer: 0, seq: 0, baseMs: 0, arrivalMs: this.#nowMs };
    const positions = accepted === 0 ? undefined : this.#intake.route(head, 0);
    if (accepted > 0 && positions === undefined) {
      const { retryMs, reason } = this.#links.busy();
      this.#counters.busy++;
      return { busyRetryMs: retryMs, reason };
    }
    this.#counters.addRejects(this.#tally);
    this.#counters.accepted += accepted;
    this.#counters.batches++;
    if (positions === undefined) {
      queueMicrotask(() => onSettled(undefined));
      return undefined;
    }
    this.#counters.inFlight++;
    const batch = { seq: 0, accepted, rejects: undefined, positions, arrivedMs: this.#nowMs };
    this.#waiting.push({ batch, onSettled });
    return undefined;
  }

  abort(): void {
    this.#intake.forget();
  }

  /** Answers what is durable. Called when a shard has made progress. */
  onProgress(nowMs: number): void {
    let done = 0;
    for (const { batch, onSettled } of this.#waiting) {
      if (!isSettled(this.#links, batch, 'durable')) break;
      this.#counters.ackMs.record(nowMs - batch.arrivedMs);
      this.#counters.inFlight--;
      done++;
      onSettled(undefined);
    }
    if (done > 0) this.#waiting.splice(0, done);
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** The engine ends although batches wait: they may or may not be stored. */
  failAll(detail: string): void {
    for (const { onSettled } of this.#waiting.splice(0))
      onSettled(new MillraceError('MR_UNABLE_TO_STORE', detail));
  }

  /** Writes UTF-8 behind `start`; answers its end, or -1 when no limit would allow that much. */
  #encode(text: string, start: number): number {
    // Three bytes a UTF-16 unit at most; what is longer than the buffer is longer than any limit.
    if (text.length * 3 > this.#text.length - start) return -1;
    return start + this.#text.write(text, start, 'utf8');
  }
}
