import assert from 'node:assert/strict';
import { setImmediate as loopTurn } from 'node:timers/promises';
import { EngineProcess } from '../../../bench/macro/engine-process.js';
import type { Sent } from './world.js';

const POINTS_A_REQUEST = 5_000;

/** Query parameters; those that are undefined are left out. */
export type Asked = Readonly<Record<string, string | number | undefined>>;

/** The real engine, and all that it was sent, in the order of arrival. */
export class LoadedEngine {
  readonly sent: Sent[] = [];
  readonly #flags: readonly string[];
  #engine: EngineProcess;

  private constructor(engine: EngineProcess, flags: readonly string[]) {
    this.#engine = engine;
    this.#flags = flags;
  }

  static async start(...flags: string[]): Promise<LoadedEngine> {
    return new LoadedEngine(await EngineProcess.start({ flags }), flags);
  }

  /** Ends the engine and starts it over the same folder. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { folder } = this.#engine;
    await this.#engine.stop(signal);
    this.#engine = await EngineProcess.start({ folder, flags: this.#flags });
  }

  async close(): Promise<void> {
    await this.#engine.stop();
    this.#engine.removeFolder();
  }

  get url(): string {
    return this.#engine.url;
  }

  /** Sends points by the call for live ones, or by that for history. */
  async send(points: readonly Sent[], path: '/api/v1/record' | '/backfill/import' = '/api/v1/record') {
    for (let from = 0; from < points.length; from += POINTS_A_REQUEST) {
      const part = points.slice(from, from + POINTS_A_REQUEST);
      const body =
        path === '/api/v1/record'
          ? {
              data: part.map(({ metric, timeMs, ...rest }) => ({ name: metric, timestamp: timeMs, ...rest })),
            }
          : {
              metrics: part.map(({ metric, timeMs, ...rest }) => ({
                metric_name: metric,
                timestamp: timeMs,
                ...rest,
              })),
            };
      const answer = await this.post(path, body);
      assert.equal(answer.rejected, 0, JSON.stringify(answer));
      this.sent.push(...part);
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
  async post(path: string, body: object): Promise<any> {
    await seeWhatClosed();
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    assert.equal(response.status, 200, `${path} ${JSON.stringify(body).slice(0, 500)}: ${text}`);
    return JSON.parse(text);
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
  async get(path: string, asked: Asked = {}): Promise<any> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) {
      if (value !== undefined) query.set(name, String(value));
    }
    await seeWhatClosed();
    const response = await fetch(`${this.url}${path}?${query}`);
    const text = await response.text();
    assert.equal(response.status, 200, `${path}?${query}: ${text}`);
    return JSON.parse(text);
  }
}

/**
 * The oracle may keep this thread for longer than the engine keeps an idle connection. Without a look at the sockets between, the next call
 * would go out on one of which the end came meanwhile. The first turn of the loop may end before it looks.
 */
async function seeWhatClosed(): Promise<void> {
  await loopTurn();
  await loopTurn();
}
