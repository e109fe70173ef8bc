import { createProducer } from '../../src/client/node.js';
import { TSBS_FIELDS, tsbsHosts, tsbsTicks } from './tsbs.js';

const HOSTS = 1_000;

/** Sends TSBS cpu-only at a steady rate, and remembers how long batches took to their ACK. */
export class SteadyLoad {
  readonly #rate: number;
  readonly #sentMs: number[] = [];
  #settled = 0;
  #ackMs: number[] = [];
  readonly #producer;
  readonly #refs = Uint32Array.from({ length: HOSTS * TSBS_FIELDS.length }, (_, i) => i);
  readonly #ticks = tsbsTicks(HOSTS, 50);
  #tick = 0;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;

  /** `rate`: points a second. */
  constructor(url: string, rate: number) {
    this.#rate = rate;
    this.#producer = createProducer({
      url: `${url}/ws/ingest`,
      producer: 'load',
      masking: 'zero',
      onAck: ({ batches }) => {
        const now = performance.now();
        for (let i = 0; i < batches; i++) this.#ackMs.push(now - this.#sentMs[this.#settled++]!);
      },
    });
    for (const labels of tsbsHosts(HOSTS))
      for (const name of TSBS_FIELDS) this.#producer.series(`cpu_${name}`, labels);
    this.#timer = setInterval(() => this.#send(), 2);
  }

  get pointsPerSecond(): number {
    return (this.#tick * this.#refs.length * 1_000) / (performance.now() - this.#startedMs);
  }

  /** What ACKs took since the last call, ms, ascending. */
  takeAckMs(): number[] {
    const taken = this.#ackMs.sort((a, b) => a - b);
    this.#ackMs = [];
    return taken;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#producer.close();
  }

  #send(): void {
    const due = ((performance.now() - this.#startedMs) / 1_000) * (this.#rate / this.#refs.length);
    while (this.#tick < due) {
      const values = this.#ticks[this.#tick % this.#ticks.length]!;
      if (!this.#producer.addColumns(this.#refs, values, { baseMs: Date.now() })) return;
      this.#sentMs.push(performance.now());
      this.#tick++;
    }
  }
}
