import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { EngineProcess } from '../../bench/macro/engine-process.js';

/** Node's own inspector, by which a thread of another process can be ended without a hook in the program. */
export class Inspector {
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

  /**
   * Ends a thread of those that run, counted from the one that was started last: those of the shards, first the last one's, unless another was
   * started again meanwhile; before them the live thread, and before it the query threads.
   */
  async endThread(index: number): Promise<void> {
    const expression = `process.getBuiltinModule('node:worker_threads').Worker.prototype`;
    const { result } = await this.#call<{ result: { objectId: string } }>('Runtime.evaluate', { expression });
    const { objects } = await this.#call<{ objects: { objectId: string } }>('Runtime.queryObjects', {
      prototypeObjectId: result.objectId,
    });
    const ended = await this.#call<{ result: { value: number } }>('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: `function (index) {
        // Prototypes of further classes are among the objects found, and have no thread.
        const idOf = (worker) => { try { return worker.threadId; } catch { return -1; } };
        const thread = [...this].sort((a, b) => idOf(b) - idOf(a))[index];
        const threadId = idOf(thread);
        thread.terminate();
        return threadId;
      }`,
      arguments: [{ value: index }],
      returnByValue: true,
    });
    assert.ok(ended.result.value > 0, JSON.stringify(ended));
  }

  /** Has the main thread do something; nothing of it is waited for. */
  run(expression: string): void {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression } }));
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
export async function startInspected(port: number): Promise<EngineProcess> {
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--inspect=127.0.0.1:${port}`;
  try {
    return await EngineProcess.start({ flags: ['--workers', '2', '--query-threads', '1'] });
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
}
