import { createProducer, type Producer, ProducerError } from '../../client/node.js';
import { MillraceError } from '../../errors.js';
import { ingestSocket } from '../ingest-socket.js';
import { hostName, type PointBatch, type Target, type TargetOptions, type TargetStats } from './target.js';

/** Sends points over the binary WebSocket protocol, each batch applied exactly once. */
export class BinaryTarget implements Target {
  readonly #producer: Producer;
  #failure: Error | undefined;

  constructor(options: TargetOptions) {
    const { baseUrl, metric, hosts, token } = options;
    this.#producer = createProducer({
      ...ingestSocket(baseUrl),
      client: 'millrace generate',
      backfill: options.isHistory,
      ...(token === undefined ? {} : { token }),
      onState: (state) => {
        if (state === 'failed') this.#failure ??= new Error('the connection failed for good');
      },
      onError: (error) => {
        if (error.code === 'MR_CLIENT_BAD_TOKEN' || error.code === 'MR_CLIENT_TAKEN_OVER')
          this.#failure = error;
      },
    });
    try {
      for (let host = 0; host < hosts; host++) this.#producer.series(metric, { host: hostName(host, hosts) });
    } catch (error) {
      if (!(error instanceof ProducerError)) throw error;
      void this.#producer.close({ timeoutMs: 0 });
      throw new MillraceError('MR_CONFIG', error.message, { cause: error });
    }
  }

  async send({ hosts, timesMs, values }: PointBatch): Promise<void> {
    for (let i = 0; i < hosts.length; i++) {
      // Refs are the indexes of hosts: nothing else makes series of this producer.
      while (!this.#producer.add(hosts[i]!, values[i]!, timesMs[i]!)) await this.#producer.ready();
    }
    this.#mustBeWell();
  }

  async finish(): Promise<void> {
    await this.#producer.close({ timeoutMs: 30_000 });
    this.#mustBeWell();
    const { pointsDropped } = this.#producer.stats();
    if (pointsDropped === 0) return;
    throw new MillraceError('MR_BUSY', `${pointsDropped} points were not acknowledged in time.`);
  }

  stats(): TargetStats {
    const stats = this.#producer.stats();
    const rejected = Object.values(stats.pointsRejected).reduce((sum, count) => sum + count, 0);
    return {
      // Points whose ACK was lost are stored all the same: the next connection's lastSeq covers them.
      accepted: stats.pointsAccepted + stats.pointsResumed,
      rejected,
      busy: stats.busy,
      ackP50Ms: stats.ackLatencyP50Ms,
      ackP99Ms: stats.ackLatencyP99Ms,
      reasons: stats.pointsRejected,
    };
  }

  #mustBeWell(): void {
    if (this.#failure === undefined) return;
    throw new MillraceError('MR_BAD_ANSWER', `The server ended the connection: ${this.#failure.message}`, {
      cause: this.#failure,
    });
  }
}
