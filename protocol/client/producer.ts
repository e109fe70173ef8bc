import { assert } from '../assert.js';
import { columnsFrameBytes } from '../frames/columns-layout.js';
import { pointBytesMax, timeMsMax } from '../limits.js';
import { RejectCode, rejectReason } from '../reject-reasons.js';
import { BatchBuilder } from './batch-builder.js';
import { buildColumnsFrame } from './columns-frame.js';
import { FlushWaiters } from './flush-waiters.js';
import type { ProducerHost, TimerHandle } from './host.js';
import { ProducerError } from './producer-error.js';
import {
  bufferBatches,
  type CloseResult,
  type ColumnTimes,
  type ProducerOptions,
  type ProducerSettings,
  settle,
} from './producer-options.js';
import { ProducerCounters, type ProducerStats } from './producer-stats.js';
import { RoomWaiters } from './room-waiters.js';
import type { Sender } from './sender.js';
import { type Labels, SeriesRefs } from './series-refs.js';
import { Session } from './session.js';

/**
 * Takes points, carries them to an engine in batches, and keeps them until the engine has acknowledged them.
 * Memory is bounded by `maxBufferedBytes`, one batch that is being built, and the series. Points go out in the
 * order in which they came.
 */
export class Producer {
  readonly #host: ProducerHost;
  readonly #settings: ProducerSettings;
  readonly #options: ProducerOptions;
  readonly #builder: BatchBuilder;
  readonly #series: SeriesRefs;
  readonly #session: Session;
  readonly #sender: Sender;
  readonly #counters = new ProducerCounters();
  readonly #flushes = new FlushWaiters();
  readonly #readies: RoomWaiters;
  /** Bytes that a batch may come to; set aside as soon as it is opened. */
  readonly #batchBytesMax: number;
  #flushTimer: TimerHandle;
  #seriesCount = 0;
  #pointsLost = 0;
  #closing: Promise<CloseResult> | undefined;
  /** Why nothing is taken any more. */
  #final: ProducerError | undefined;

  constructor(options: ProducerOptions, host: ProducerHost) {
    this.#host = host;
    this.#options = options;
    this.#settings = settle(options, host.random);
    this.#builder = new BatchBuilder(this.#settings.maxBatchPoints);
    this.#series = new SeriesRefs(this.#settings.maxSeries);
    this.#batchBytesMax = columnsFrameBytes(this.#settings.maxBatchPoints, true);
    this.#readies = new RoomWaiters(this.#batchBytesMax);
    this.#session = new Session(host, this.#settings, this.#series, this.#counters, {
      onSpace: () => this.#onSpace(),
      onAck: (event) => options.onAck?.(event),
      onReject: (event) => options.onReject?.(event),
      onError: (error) => options.onError?.(error),
      onState: (state) => options.onState?.(state),
      onFinal: (error) => this.#onFinal(error),
    });
    this.#sender = this.#session.sender;
    this.#session.start();
  }

  /**
   * The producer's number for a series, the same for the same name and labels. Call it once and keep the number.
   * Throws MR_CLIENT_SERIES or MR_CLIENT_SERIES_LIMIT.
   */
  series(name: string, labels?: Labels): number {
    const ref = this.#series.refOf(name, labels);
    this.#seriesCount = this.#series.count;
    return ref;
  }

  /**
   * The same for data that nobody has looked at: throws nothing, and answers −1 − the reject code of a series it won't make.
   */
  trySeries(name: string, labels?: Labels): number {
    const ref = this.#series.tryRefOf(name, labels);
    this.#seriesCount = this.#series.count;
    return ref;
  }

  /**
   * Adds a point. `timeMs` is in whole ms since the epoch, a fraction is cut off; without it the point has the
   * host's time, which costs a look at the clock. False means one thing: the buffer is full, `whenFull` is
   * "block", and the point was not taken; wait for `ready()` and give it again.
   */
  add(ref: number, value: number, timeMs: number = this.#host.now()): boolean {
    // Also refuses fractions and NaN, which a Uint32Array would make into some other series.
    if (ref >>> 0 !== ref || ref >= this.#seriesCount) assert(false, `ref ${ref} is not from series()`);
    if (this.#builder.tryAdd(ref, value, timeMs)) {
      this.#counters.pointsAdded++;
      return true;
    }
    return this.#addSlowly(ref, value, timeMs);
  }

  /**
   * Adds a point by the name and labels of its series: the easy form, which looks the series up every time. As
   * `add`, but a bad name or label throws nothing: the point is counted and told as rejected, as by the engine.
   */
  record(name: string, value: number, labels?: Labels, timeMs?: number): boolean {
    const ref = this.trySeries(name, labels);
    if (ref >= 0) return this.add(ref, value, timeMs);
    this.#rejectHere((-1 - ref) as RejectCode);
    return true;
  }

  /**
   * Adds many points at once: point i is `values[i]` of series `refs[i]` at `times.baseMs + times.dt[i]`. The
   * columns are copied once, into the frame that is sent. All or nothing, as `add`; throws MR_CLIENT_TOO_LARGE
   * for more than a quarter of `maxBufferedBytes`.
   */
  addColumns(refs: Uint32Array, values: Float64Array, times: ColumnTimes): boolean {
    const { baseMs, dt } = times;
    const count = refs.length;
    assert(values.length === count && (dt === undefined || dt.length === count), 'columns have one length');
    if (count === 0) return true;
    this.#sealOpen();
    const step = this.#sender.pointsPerFrameMax;
    const bytes = Math.ceil(count / step) * columnsFrameBytes(0, true) + count * pointBytesMax;
    if (!this.#tryReserve(bytes, count)) return this.#settings.whenFull !== 'block';
    this.#counters.pointsAdded += count;
    for (let from = 0; from < count; from += step) {
      const to = Math.min(count, from + step);
      const columns = {
        refs: refs.subarray(from, to),
        dt: dt?.subarray(from, to),
        values: values.subarray(from, to),
      };
      this.#sender.enqueue(buildColumnsFrame(baseMs, columns), to - from, this.#seriesCount);
    }
    this.#sender.pump();
    return true;
  }

  /** Sends what is waiting and resolves when everything given so far has left the buffer, which is: is settled, or was dropped and counted. */
  flush(): Promise<void> {
    if (this.#final !== undefined) return Promise.reject(this.#final);
    this.#sealOpen();
    this.#sender.pump();
    const done = this.#flushes.wait(this.#counters.batchesSealed);
    this.#flushes.resolveBelow(this.#sender.oldestOrdinal);
    return done;
  }

  /** Resolves when the buffer has room for what was last refused, or for a batch. Rejects when it never will again. */
  ready(): Promise<void> {
    if (this.#final !== undefined) return Promise.reject(this.#final);
    return this.#readies.wait(this.#roomBytes);
  }

  /** Flushes, waits for the engine for at most `timeoutMs`, and closes. Nothing is taken from the call on. */
  close({ timeoutMs = 10_000 }: { timeoutMs?: number } = {}): Promise<CloseResult> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<CloseResult> {
    if (this.#final === undefined) {
      const flushed = this.flush();
      const closed = new ProducerError('MR_CLIENT_CLOSED', 'the producer was closed');
      this.#final = closed;
      this.#readies.rejectAll(closed);
      const timer = this.#host.setTimer(() => this.#flushes.rejectAll(closed), timeoutMs);
      // Both ways of ending are in the result.
      await flushed.catch(() => {});
      this.#host.clearTimer(timer);
      this.#giveUp(this.#final);
      this.#session.stop();
    }
    return { settled: this.#pointsLost === 0, pointsLost: this.#pointsLost };
  }

  /** Everything that is counted, as it stands. */
  stats(): ProducerStats {
    const { inFlight, pending } = this.#sender;
    return this.#counters.snapshot({
      batchesInFlight: inFlight.length,
      pointsInFlight: inFlight.points,
      pointsBuffered: pending.points + this.#builder.count,
      bytesBuffered: this.#bytesBuffered,
      series: this.#series.count,
    });
  }

  get #bytesBuffered(): number {
    const open = this.#builder.isOpen ? this.#batchBytesMax : 0;
    return this.#sender.pending.bytes + this.#sender.inFlight.bytes + open;
  }

  get #roomBytes(): number {
    return this.#settings.maxBufferedBytes - this.#bytesBuffered;
  }

  /** What `tryAdd` couldn't do at once: the first point of a batch, a full batch, an odd time. */
  #addSlowly(ref: number, value: number, timeMs: number): boolean {
    if (!(Math.abs(timeMs) <= timeMsMax)) {
      this.#rejectHere(RejectCode.invalidTime);
      return true;
    }
    const wholeMs = Math.floor(timeMs);
    if (this.#builder.tryGrow() && this.#builder.tryAdd(ref, value, wholeMs)) {
      this.#counters.pointsAdded++;
      return true;
    }
    this.#sealOpen();
    this.#sender.pump();
    if (!this.#tryReserve(this.#batchBytesMax, 1)) return this.#settings.whenFull !== 'block';
    this.#builder.open(wholeMs);
    this.#flushTimer = this.#host.setTimer(() => {
      this.#sealOpen();
      this.#sender.pump();
    }, this.#settings.flushIntervalMs);
    this.#counters.pointsAdded++;
    return this.#builder.tryAdd(ref, value, wholeMs);
  }

  /** Counts a point that no engine would take, as the engine would. */
  #rejectHere(code: RejectCode): void {
    const reason = rejectReason(code);
    this.#counters.pointsAdded++;
    this.#counters.reject(reason, 1);
    this.#options.onReject?.({ reason, count: 1, firstIndex: 0, seq: 0, pointIndex: -1 });
  }

  /** Finds room for `bytes` by the policy, or counts the points as it says and answers false. */
  #tryReserve(bytes: number, points: number): boolean {
    const { maxBufferedBytes, whenFull } = this.#settings;
    if (bytes > maxBufferedBytes / bufferBatches) {
      throw new ProducerError(
        'MR_CLIENT_TOO_LARGE',
        `addColumns takes at most a quarter of maxBufferedBytes at once, ${maxBufferedBytes / bufferBatches} bytes, got ${bytes}`,
      );
    }
    if (this.#final === undefined && this.#bytesBuffered + bytes <= maxBufferedBytes) return true;
    if (whenFull === 'drop-oldest' && this.#final === undefined && this.#dropOldest(bytes)) return true;
    if (whenFull === 'block') {
      this.#readies.refused(bytes);
      this.#counters.pointsBlocked += points;
    } else if (whenFull === 'error') {
      throw (
        this.#final ??
        new ProducerError('MR_CLIENT_BUFFER_FULL', `the buffer holds ${maxBufferedBytes} bytes and is full`)
      );
    } else {
      this.#counters.pointsAdded += points;
      this.#counters.pointsDropped += points;
    }
    return false;
  }

  /** Drops batches that were never sent until `bytes` fit. Those in flight take at most half of the buffer, so this mostly does. */
  #dropOldest(bytes: number): boolean {
    const { pending } = this.#sender;
    while (pending.length > 0 && this.#bytesBuffered + bytes > this.#settings.maxBufferedBytes) {
      this.#counters.pointsDropped += pending.shift()!.points;
    }
    this.#flushes.resolveBelow(this.#sender.oldestOrdinal);
    return this.#bytesBuffered + bytes <= this.#settings.maxBufferedBytes;
  }

  #sealOpen(): void {
    const points = this.#builder.count;
    if (points === 0) return;
    this.#host.clearTimer(this.#flushTimer);
    this.#sender.enqueue(this.#builder.seal(), points, this.#seriesCount);
  }

  #onSpace(): void {
    this.#flushes.resolveBelow(this.#sender.oldestOrdinal);
    this.#readies.wake(this.#roomBytes);
  }

  #onFinal(error: ProducerError): void {
    this.#final = error;
    this.#giveUp(error);
    this.#options.onError?.(error);
  }

  /** Lets go of what isn't settled, and of whoever waits for it. */
  #giveUp(error: ProducerError): void {
    this.#host.clearTimer(this.#flushTimer);
    const { inFlight, pending } = this.#sender;
    const points = inFlight.points + pending.points + this.#builder.count;
    this.#pointsLost += points;
    this.#counters.pointsDropped += points;
    inFlight.clear();
    pending.clear();
    if (this.#builder.count > 0) this.#builder.seal();
    this.#flushes.rejectAll(error);
    this.#readies.rejectAll(error);
  }
}
