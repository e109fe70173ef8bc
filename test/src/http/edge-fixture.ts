import { request as httpRequest } from 'node:http';
import type { TestContext } from 'node:test';
import type { Clock } from '../../../src/clock.js';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../../src/http/server.js';
import { createLogger } from '../../../src/log.js';
import { FakeEngine } from './fake-engine.js';
import { silentLive } from './silent-live.js';

/** 2024-06-01T12:00:00Z: where the tests' clock stands. */
export const NOW_MS = 1_717_243_200_000;

export const fixedClock: Clock = { nowMs: () => NOW_MS, monotonicMs: () => performance.now() };

export interface Reply {
  status: number;
  headers: Record<string, string>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
  json: any;
  bytes: Buffer;
}

/** A server over a fake engine, on a free port; closed when the test ends. */
export class EdgeFixture {
  readonly engine: FakeEngine;
  readonly server: HttpServer;

  constructor(engine: FakeEngine, server: HttpServer) {
    this.engine = engine;
    this.server = server;
  }

  static async start(test: TestContext, options: Partial<HttpServerOptions> = {}): Promise<EdgeFixture> {
    const engine = new FakeEngine();
    const server = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      limits: { bodyBytes: 16 * 1024 * 1024, pointsPerBatch: 1_000_000, queryTimeoutMs: 5000 },
      ingestTokens: [],
      clock: fixedClock,
      log: createLogger('silent'),
      ingest: engine,
      query: engine,
      operator: engine,
      snapshots: engine,
      store: engine,
      live: silentLive,
      ...options,
    });
    test.after(() => server.close(0));
    return new EdgeFixture(engine, server);
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`;
  }

  async call(path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(`${this.url}${path}`, init);
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    const isJson = /[/+]json$/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      json: isJson && text !== '' ? JSON.parse(text) : undefined,
      bytes,
    };
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const isBytes = typeof body === 'string' || body instanceof Uint8Array;
    return this.call(path, {
      method: 'POST',
      body: isBytes ? (body as string) : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  }

  /** A request whose path nobody normalizes. */
  rawPath(path: string, method = 'GET'): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port: this.server.port, path, method, agent: false },
        (reply) => {
          reply.resume();
          resolve(reply.statusCode!);
        },
      );
      request.on('error', reject);
      request.end();
    });
  }
}
