import type { QueryAnswer, QueryPort, QueryRequest } from '../../src/http/ports.js';
import { type HttpServer, startHttpServer } from '../../src/http/server.js';
import { createLogger } from '../../src/log.js';
import { COMPACTION_BOUNDS } from '../../src/shard/jobs/compaction-bounds.js';
import { FakeEngine } from '../src/http/fake-engine.js';
import { silentLive } from '../src/http/silent-live.js';
import { KEEP_ALL, OPEN_BOUNDS, TestShards } from '../src/query/query-fixture.js';
import type { Ask, LoadedPoint, Step } from './script.js';

const SHARDS = 2;

/** Between two jobs of a shard there is a duty cycle that has nothing to do. */
const SETTLED = 64;

/** What is flushed is compacted at once, so that it is in every tier. */
const BOUNDS = {
  ...OPEN_BOUNDS,
  compaction: { ...COMPACTION_BOUNDS, generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 },
};

/** What a script runs against: the HTTP edge as it is, over real shards and real LMDB on the thread of the test. */
export class ScriptEngine implements QueryPort {
  readonly #shards = new TestShards(SHARDS, BOUNDS);
  #server: HttpServer | undefined;

  async start(): Promise<void> {
    const rest = new FakeEngine();
    this.#server = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      limits: { bodyBytes: 1024 * 1024, pointsPerBatch: 100_000, queryTimeoutMs: 30_000 },
      ingestTokens: [],
      clock: { nowMs: () => this.#shards.nowMs, monotonicMs: () => performance.now() },
      log: createLogger('silent'),
      ingest: rest,
      query: this,
      operator: rest,
      store: rest,
      live: silentLive,
      snapshots: rest,
    });
  }

  async close(): Promise<void> {
    await this.#server?.close(0);
    this.#shards.close();
  }

  async run(request: QueryRequest): Promise<QueryAnswer> {
    return this.#shards.answer(request);
  }

  /** Does a step that is no case. */
  change(step: Exclude<Step, { kind: 'ask' }>): void {
    if (step.kind === 'now') this.#shards.nowMs = step.timeMs;
    else if (step.kind === 'load') this.#load(step.points);
    else if (step.kind === 'flush') {
      this.#shards.closeGeneration();
      for (let i = 0; i < SETTLED; i++) this.#shards.settle();
    } else if (step.kind === 'keep') {
      this.#shards.dropQueryEngine();
      this.#shards.retention = { ...KEEP_ALL, ...step.tiers };
    } else this.#shards.restart(true);
  }

  async ask({ method, path, body }: Ask): Promise<{ status: number; answer: unknown }> {
    const response = await fetch(`http://127.0.0.1:${this.#server!.port}${path}`, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, answer: isJson ? JSON.parse(text) : text };
  }

  #load(points: readonly LoadedPoint[]): void {
    this.#shards.write(points);
    this.#shards.settle();
  }
}
