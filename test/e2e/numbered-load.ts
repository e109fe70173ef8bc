import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineProcess } from '../../bench/macro/engine-process.js';
import { createProducer, type Producer } from '../../src/client/node.js';

/** Series that the points go to in turn. */
const SERIES = 20;

/** Keeps a named producer busy until it is stopped, or its test has ended, however it did. Each point has its own number for a value, from 0 on. */
export class NumberedLoad {
  sent = 0;
  acknowledged = 0;
  readonly producer: Producer;
  readonly #metric: string;
  readonly #startMs = Date.now();
  #isSending = true;
  readonly #done: Promise<void>;

  constructor(t: TestContext, port: number, metric: string) {
    t.after(() => this.abandon());
    this.#metric = metric;
    this.producer = createProducer({
      url: `ws://127.0.0.1:${port}/ws/ingest`,
      producer: metric,
      maxBatchPoints: 1_000,
      flushIntervalMs: 5,
      maxBufferedBytes: 1_024 * 1_024,
      backoffMinMs: 20,
      backoffMaxMs: 100,
      onAck: ({ accepted }) => {
        this.acknowledged += accepted;
      },
    });
    this.#done = this.#send();
  }

  async #send(): Promise<void> {
    const { producer } = this;
    const refs = Array.from({ length: SERIES }, (_, i) =>
      producer.series(this.#metric, { series: String(i) }),
    );
    while (this.#isSending) {
      for (let i = 0; i < 2_000 && this.#isSending; i++) {
        if (producer.add(refs[this.sent % SERIES]!, this.sent, this.#startMs + (this.sent % 60_000)))
          this.sent++;
        else await Promise.race([producer.ready(), sleep(20)]);
      }
      await sleep(1);
    }
  }

  /** Sends no more. What was sent may still be on its way. */
  async stop(): Promise<void> {
    this.#isSending = false;
    await this.#done;
  }

  /** Ends it whatever became of its points: a test that failed must not go on sending. */
  async abandon(): Promise<void> {
    await this.stop();
    await this.producer.close({ timeoutMs: 1 });
  }

  /** Stops, and waits until everything is settled; then every number has to be stored once. */
  async finish(engine: EngineProcess): Promise<void> {
    await this.stop();
    await this.producer.flush();
    const { pointsAccepted, pointsResumed } = this.producer.stats();
    await this.producer.close();
    assert.equal(pointsAccepted + pointsResumed, this.sent, 'every point is settled');
    const seen = await this.stored(engine);
    const lost = seen.reduce((n, count) => n + (count === 0 ? 1 : 0), 0);
    const doubled = seen.reduce((n, count) => n + (count > 1 ? 1 : 0), 0);
    assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 }, `of ${this.sent}`);
    const { conservation } = await engine.json<{ conservation: { difference: number } }>(
      '/api/v1/operator/stats',
    );
    assert.equal(conservation.difference, 0);
  }

  /** How often each number is there. */
  async stored(engine: EngineProcess): Promise<Uint8Array> {
    const range = `start_time=${this.#startMs - 1}&end_time=${this.#startMs + 60_000}`;
    const response = await fetch(`${engine.url}/query/raw?metric_name=${this.#metric}&${range}`, {
      headers: { accept: 'application/x-ndjson' },
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    const seen = new Uint8Array(this.sent);
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const { value } = JSON.parse(line) as { value: number };
      assert.ok(Number.isInteger(value) && value >= 0 && value < this.sent, `${value} was never sent`);
      seen[value]!++;
    }
    return seen;
  }
}
