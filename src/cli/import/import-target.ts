import { setTimeout as sleep } from 'node:timers/promises';
import { createProducer, type Producer, type RejectEvent } from '../../client/node.js';
import type { Clock } from '../../clock.js';
import { errorText, MillraceError } from '../../errors.js';
import type { Labels } from '../../http/ports.js';
import { ingestSocket } from '../ingest-socket.js';
import type { ImportColumns } from './import-columns.js';
import { GONE_MS_MAX, IMPORT_BATCH_POINTS, IMPORT_SERIES_MAX, LOOK_MS } from './limits.js';
import type { LineReport } from './line-report.js';
import { PointLines } from './point-lines.js';

export interface ImportTargetOptions {
  baseUrl: string;
  token: string | undefined;
  report: LineReport;
  clock: Clock;
  /** The user wants it to end: nothing more is given, what was given is waited for. */
  signal: AbortSignal;
}

/**
 * Where imported points go: a server, by the binary protocol, as a history. Batches in flight when a connection breaks are
 * sent again on the next one, and applied once.
 */
export class ImportTarget {
  readonly #producer: Producer;
  readonly #report: LineReport;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #lines = new PointLines();
  #given = 0;
  #downSinceMs = Number.NaN;
  #failure: Error | undefined;

  constructor({ baseUrl, token, report, clock, signal }: ImportTargetOptions) {
    this.#clock = clock;
    this.#report = report;
    this.#signal = signal;
    this.#producer = createProducer({
      ...ingestSocket(baseUrl),
      client: 'millrace import',
      backfill: true,
      maxBatchPoints: IMPORT_BATCH_POINTS,
      maxSeries: IMPORT_SERIES_MAX,
      ...(token === undefined ? {} : { token }),
      onReject: (event) => this.#onReject(event),
      onState: (state) => {
        if (state === 'live' || state === 'busy') this.#downSinceMs = Number.NaN;
        else if (Number.isNaN(this.#downSinceMs)) this.#downSinceMs = this.#clock.monotonicMs();
      },
      onError: (error) => {
        const isFinal = error.code === 'MR_CLIENT_BAD_TOKEN' || error.code === 'MR_CLIENT_TAKEN_OVER';
        if (isFinal || this.#producer.stats().pointsRefused > 0) this.#failure ??= error;
      },
    });
  }

  /** The producer's number of a series, or -1 - the reject code. */
  series(name: string, labels: Labels | undefined): number {
    return this.#producer.trySeries(name, labels);
  }

  /** Points that the server has told the fate of, and those of them that it took. */
  get settled(): { points: number; accepted: number } {
    const stats = this.#producer.stats();
    // Those whose ACK was lost are stored all the same: the next connection's lastSeq covers them.
    return { points: stats.pointsAcknowledged, accepted: stats.pointsAccepted + stats.pointsResumed };
  }

  /** The line that an import that ended now would have to go on from: all points of lines before it are settled. */
  get nextLine(): number | undefined {
    return this.#lines.lineOf(this.settled.points);
  }

  get latencyMs(): number {
    return this.#producer.stats().ackLatencyP99Ms;
  }

  /** Gives a batch to the producer, as soon as that has room for it. */
  async send(columns: ImportColumns): Promise<void> {
    const { count, baseMs } = columns;
    if (count === 0) return;
    const [refs, values, dt] = [columns.refs, columns.values, columns.dt].map((c) =>
      c.subarray(0, count),
    ) as [Uint32Array, Float64Array, Int32Array];
    while (!this.#producer.addColumns(refs, values, { baseMs, dt })) {
      await this.#wait(this.#producer.ready());
      if (this.#signal.aborted) return;
    }
    this.#lines.add(this.#given, columns.lines.subarray(0, count));
    this.#given += count;
    this.#lines.forgetBelow(this.settled.points);
    this.#mustBeWell();
  }

  /** Waits until everything that was given is settled, and closes. */
  async finish(): Promise<void> {
    await this.#wait(this.#producer.flush());
    await this.close();
  }

  /** Ends without waiting. */
  async close(): Promise<void> {
    await this.#producer.close({ timeoutMs: 0 });
  }

  /** Waits for a promise of the producer's, but not for ever for a server that is gone. */
  async #wait(promise: Promise<void>): Promise<void> {
    let isDone = false;
    const done = promise.then(
      () => {
        isDone = true;
      },
      (error: Error) => {
        this.#failure ??= error;
      },
    );
    const look = new AbortController();
    while (!isDone) {
      await Promise.race([done, sleep(LOOK_MS, undefined, { signal: look.signal }).catch(() => undefined)]);
      this.#mustBeWell();
    }
    look.abort();
  }

  #mustBeWell(): void {
    if (this.#failure !== undefined) {
      throw new MillraceError('MR_BAD_ANSWER', `The server ended it: ${errorText(this.#failure)}`, {
        cause: this.#failure,
      });
    }
    if (this.#clock.monotonicMs() - this.#downSinceMs > GONE_MS_MAX) {
      throw new MillraceError(
        'MR_UNREACHABLE',
        `The server has been gone for ${GONE_MS_MAX / 1_000} s; the import gives up.`,
      );
    }
  }

  #onReject({ reason, count, pointIndex }: RejectEvent): void {
    this.#report.note(reason, this.#lines.lineOf(pointIndex) ?? 0, count);
  }
}
