import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Runs a module of TypeScript on a thread, which does not inherit what makes this process read TypeScript. */
const LOAD_SOURCE = `
const { workerData } = require('node:worker_threads');
import('tsx/esm/api').then(({ tsImport }) => tsImport(workerData.module, workerData.module));
`;

/**
 * Starts the module `name` beside `from` on a thread of its own and answers what it posts last, or rejects with what
 * it throws. `from` is the caller's import.meta.url: it also says whether the sources run or the compiled tests.
 */
export function runThread<Result>(
  from: string,
  name: string,
  data: Record<string, unknown>,
): Promise<Result> {
  const extension = extname(from);
  const module = new URL(`./${name}${extension}`, from);
  const workerData = { ...data, module: module.href };
  const worker =
    extension === '.ts'
      ? new Worker(LOAD_SOURCE, { eval: true, workerData })
      : new Worker(module, { workerData });
  return new Promise((resolve, reject) => {
    let result: Result;
    worker.on('message', (message: Result) => {
      result = message;
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve(result));
  });
}
