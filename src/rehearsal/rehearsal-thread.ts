import { Worker } from 'node:worker_threads';
import type { Conduct } from './conduct.js';
import type { Asked, RehearsalTask, RehearsedServer } from './rehearsal-task.js';

/**
 * Has a thread of its own ask a server until it has asked enough or the conduct says stop. Answers what was asked; undefined where the thread ended before
 * it said so.
 */
export function askOnThread({ port, token }: RehearsedServer, conduct: Conduct): Promise<Asked | undefined> {
  const task: RehearsalTask = { port, token, conduct: conduct.memory };
  const worker = new Worker(new URL('./rehearsal-worker.js', import.meta.url), { workerData: task });
  // The engine's end waits for it for a bounded time, and the process for nothing else.
  worker.unref();
  return new Promise((resolve, reject) => {
    let asked: Asked | undefined;
    worker.on('message', (news: Asked) => {
      asked = news;
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve(asked));
  });
}
