import { AckLatency } from './ack-latency.js';

/** What a producer holds at this moment. */
export interface ProducerGauges {
  /** Batches and points sent, or to be sent again, and not settled. */
  readonly batchesInFlight: number;
  readonly pointsInFlight: number;
  /** Points waiting to be sent for the first time. */
  readonly pointsBuffered: number;
  /** Bytes of all these, with room set aside for the batch that is being built. */
  readonly bytesBuffered: number;
  readonly series: number;
}

/** Everything that a producer counts since it was made, and what it holds now. */
export interface ProducerStats extends ProducerGauges {
  /** Points that `add`, `record` and `addColumns` took. */
  readonly pointsAdded: number;
  /** Points in batches sent for the first time. */
  readonly pointsSent: number;
  /** Points in batches sent again. */
  readonly pointsResent: number;
  /** Points in batches that are settled. */
  readonly pointsAcknowledged: number;
  /** Of those: points that an ACK said were taken. */
  readonly pointsAccepted: number;
  /** Of those: points settled by the `lastSeq` of a new connection, because their ACK was lost. */
  readonly pointsResumed: number;
  /** Points not taken, by reason; those that the producer itself refused too. */
  readonly pointsRejected: Readonly<Record<string, number>>;
  /** Points that left the buffer unsent or unsettled: by `whenFull`, by a final failure, or by `close`. */
  readonly pointsDropped: number;
  /** Points in batches that the engine answered with ERROR. */
  readonly pointsRefused: number;
  /** Points not taken because the buffer was full and `whenFull` is "block". They may come again. */
  readonly pointsBlocked: number;
  /** Points in batches that are ready to go, or have gone. */
  readonly pointsSealed: number;
  readonly batchesSealed: number;
  readonly batchesSent: number;
  readonly batchesResent: number;
  readonly batchesAcknowledged: number;
  readonly busy: number;
  readonly connects: number;
  /** Connections after the first. */
  readonly reconnects: number;
  readonly bytesSent: number;
  /** From the first sending of a batch to its settling, over the last 1,024 batches. */
  readonly ackLatencyP50Ms: number;
  readonly ackLatencyP99Ms: number;
}

/** The growing part of the statistics, shared by the producer's parts; each counter is written by one of them. */
export class ProducerCounters {
  pointsAdded = 0;
  pointsSent = 0;
  pointsResent = 0;
  pointsAcknowledged = 0;
  pointsAccepted = 0;
  pointsResumed = 0;
  pointsDropped = 0;
  pointsRefused = 0;
  pointsBlocked = 0;
  pointsSealed = 0;
  batchesSealed = 0;
  batchesSent = 0;
  batchesResent = 0;
  batchesAcknowledged = 0;
  busy = 0;
  connects = 0;
  bytesSent = 0;
  readonly rejected: Map<string, number> = new Map();
  readonly latency: AckLatency = new AckLatency();

  reject(reason: string, count: number): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + count);
  }

  /** The whole of the statistics. */
  snapshot(gauges: ProducerGauges): ProducerStats {
    const { rejected, latency, ...counters } = this;
    return {
      ...counters,
      ...gauges,
      pointsRejected: Object.fromEntries(rejected),
      reconnects: Math.max(0, counters.connects - 1),
      ackLatencyP50Ms: latency.quantile(0.5),
      ackLatencyP99Ms: latency.quantile(0.99),
    };
  }
}
