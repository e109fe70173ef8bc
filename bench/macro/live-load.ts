import { createProducer, type Producer } from '../../src/client/node.js';
import { TSBS_FIELDS, tsbsHosts } from './tsbs.js';

export const LIVE_HOSTS = 100;
/** How often a batch of live points is sent, ms. */
const LIVE_EVERY_MS = 10;

export const refsOf = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

export function addSeries(producer: Producer, prefix: string, hosts: number): void {
  for (const labels of tsbsHosts(hosts))
    for (const name of TSBS_FIELDS) producer.series(`${prefix}_${name}`, labels);
}

/** What ACKs took, ms. */
export interface AckReport {
  batches: number;
  p50: number;
  p99: number;
  max: number;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A steady live load of `rate` points a second: a small batch every few ms, and how long each took to its ACK. */
export class LiveLoad {
  readonly #producer: Producer;
  readonly #rate: number;
  readonly #sentMs: number[] = [];
  #settled = 0;
  #ackMs: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number, rate: number) {
    this.#rate = rate;
    this.#producer = createProducer({
      url: `ws://127.0.0.1:${port}/ws/ingest`,
      producer: 'live',
      masking: 'zero',
      onAck: ({ batches }) => {
        const now = performance.now();
        for (let i = 0; i < batches; i++) this.#ackMs.push(now - this.#sentMs[this.#settled++]!);
      },
    });
    addSeries(this.#producer, 'live', LIVE_HOSTS);
  }

  start(): void {
    const perBatch = (this.#rate * LIVE_EVERY_MS) / 1_000;
    const refs = refsOf(Math.max(1, Math.min(LIVE_HOSTS * TSBS_FIELDS.length, perBatch)));
    const values = new Float64Array(refs.length);
    this.#timer = setInterval(() => {
      if (this.#producer.addColumns(refs, values, { baseMs: Date.now() }))
        this.#sentMs.push(performance.now());
    }, LIVE_EVERY_MS);
  }

  /** What ACKs took since the last call. */
  report(): AckReport {
    const sorted = this.#ackMs.sort((a, b) => a - b);
    this.#ackMs = [];
    const at = (q: number): number => round(sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN);
    return { batches: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const { settled } = await this.#producer.close();
    if (!settled) throw new Error('live points were lost');
  }
}
