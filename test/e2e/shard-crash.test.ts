import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { checkSound } from '../src/upkeep/check-sound.js';
import { freePort } from './free-port.js';
import { NumberedLoad } from './numbered-load.js';

const CRASHES = 3;

interface ShardStats {
  shards: { restarts: number; points: { accepted: number } }[];
}

/** Node's own inspector, by which a thread of another process can be ended without a hook in the program. */
class Inspector {
  readonly #socket: WebSocket;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async attach(port: number): Promise<Inspector> {
    const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(target!.webSocketDebuggerUrl);
    await once(socket, 'open');
    return new Inspector(socket);
  }

  /** Ends the thread that was started last of those that run: a shard's, the query threads come before. */
  async endNewestThread(): Promise<void> {
    const expression = `process.getBuiltinModule('node:worker_threads').Worker.prototype`;
    const { result } = await this.#call<{ result: { objectId: string } }>('Runtime.evaluate', { expression });
    const { objects } = await this.#call<{ objects: { objectId: string } }>('Runtime.queryObjects', {
      prototypeObjectId: result.objectId,
    });
    const ended = await this.#call<{ result: { value: number } }>('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: `function () {
        // Prototypes of further classes are among the objects found, and have no thread.
        const idOf = (worker) => { try { return worker.threadId; } catch { return -1; } };
        const newest = [...this].sort((a, b) => idOf(b) - idOf(a))[0];
        const threadId = idOf(newest);
        newest.terminate();
        return threadId;
      }`,
      returnByValue: true,
    });
    assert.ok(ended.result.value > 0, JSON.stringify(ended));
  }

  close(): void {
    this.#socket.close();
  }

  async #call<T>(method: string, params: object): Promise<T> {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = (await once(this.#socket, 'message')) as [Buffer];
      const answer = JSON.parse(data.toString()) as { id?: number; result: T; error?: object };
      if (answer.id !== id) continue;
      assert.equal(answer.error, undefined, JSON.stringify(answer.error));
      return answer.result;
    }
  }
}

/** An engine whose inspector listens; the variable is for the child alone. */
async function startInspected(port: number): Promise<EngineProcess> {
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--inspect=127.0.0.1:${port}`;
  try {
    return await EngineProcess.start({ flags: ['--workers', '2', '--query-threads', '1'] });
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
}

test(`a shard whose thread dies ${CRASHES} times under load is started again, and every point is there once`, async (t) => {
  const inspectorPort = await freePort();
  const engine = await startInspected(inspectorPort);
  t.after(async () => {
    await engine.stop('SIGKILL');
    engine.removeFolder();
  });
  const inspector = await Inspector.attach(inspectorPort);
  const load = new NumberedLoad(engine.port, 'crash.test');
  for (let crash = 1; crash <= CRASHES; crash++) {
    await sleep(150);
    await inspector.endNewestThread();
    // Health and queries answer while the thread is away.
    assert.equal((await fetch(`${engine.url}/health`)).status, 200);
    assert.equal((await fetch(`${engine.url}/metrics/names`)).status, 200);
    await restarted(engine, crash);
  }
  inspector.close();
  await sleep(150);
  await load.finish(engine);
  t.diagnostic(`${load.sent} points, ${load.producer.stats().reconnects} reconnects`);
  await engine.stop();
  await checkSound(engine.folder);
});

/** Waits until a shard was started again so many times and takes points. */
async function restarted(engine: EngineProcess, times: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  let before = -1;
  for (;;) {
    const { shards } = await engine.json<ShardStats>('/api/v1/operator/stats');
    const shard = shards.find(({ restarts }) => restarts > 0);
    if (shard !== undefined && shard.restarts >= times) {
      if (before >= 0 && shard.points.accepted > before) return;
      before = shard.points.accepted;
    }
    assert.ok(
      Date.now() < deadline,
      `after 10 s: ${JSON.stringify(shards.map(({ restarts, points }) => ({ restarts, points })))}`,
    );
    await sleep(50);
  }
}
