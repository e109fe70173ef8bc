import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { errorText, MillraceError } from '../errors.js';
import type { Logger } from '../log.js';
import { createSpaceClaims } from '../store/space-claim.js';
import type { CommandAnswer } from './commands/shard-command.js';
import type { RecoveredShard } from './recovery.js';
import type { ShardFailure, ShardMessage, ShardTask } from './shard-task.js';

/** First wait before a crashed shard is started again, ms; doubled up to the second. */
const RESTART_MS_MIN = 100;
const RESTART_MS_MAX = 5_000;

export interface ShardPoolHooks {
  /** Something became durable in some shard. */
  onProgress(): void;
  /** A shard's worker died and is started again; its ring keeps what was not stored. */
  onRestart(shard: number, detail: string): void;
  /** The next worker has replayed its log and takes points. */
  onRunsAgain(shard: number): void;
  onStuck(shard: number, detail: string | undefined): void;
  onAnswer(shard: number, answer: CommandAnswer): void;
  /** The first command that a worker that starts now may take. */
  commandsFromId(): number;
}

/** What each shard's task is made of, but for what each start decides. */
export type ShardTaskOptions = Omit<ShardTask, 'port' | 'commandsFromId' | 'space'>;

/**
 * Runs the shards as never-ending tasks of a Piscina pool, one thread each, and starts one again that crashes: its
 * memory and its ring outlive it, so it replays its log and goes on behind what is durable, while the others serve.
 */
export class ShardPool {
  readonly #piscina: Piscina;
  readonly #tasks: ShardTaskOptions[];
  readonly #hooks: ShardPoolHooks;
  readonly #log: Logger;
  readonly #running = new Map<number, Promise<void>>();
  readonly #space: SharedArrayBuffer;
  #stopping = false;

  constructor(tasks: ShardTaskOptions[], hooks: ShardPoolHooks, log: Logger) {
    this.#tasks = tasks;
    this.#space = createSpaceClaims(tasks.length);
    this.#hooks = hooks;
    this.#log = log;
    this.#piscina = new Piscina({
      filename: new URL('./shard-worker.js', import.meta.url).href,
      name: 'runShard',
      minThreads: tasks.length,
      maxThreads: tasks.length,
      concurrentTasksPerWorker: 1,
    });
  }

  /** Starts all shards and answers what each recovered, in their order. Rejects when one can't start. */
  start(): Promise<RecoveredShard[]> {
    // All have either started or failed before the first failure is told: a thread must not be ended while it loads.
    const starts = this.#tasks.map((task) => this.#startFirst(task));
    return Promise.allSettled(starts).then(() => Promise.all(starts));
  }

  /** Waits until every shard has stored everything; their stop was asked for through the rings. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const results = await Promise.allSettled(this.#running.values());
    await this.#piscina.destroy();
    const failed = results.find((r) => r.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #startFirst(task: ShardTaskOptions): Promise<RecoveredShard> {
    return new Promise((resolve, reject) => {
      let isReady = false;
      const ended = this.#run(task, this.#hooks.commandsFromId(), (recovered) => {
        isReady = true;
        resolve(recovered);
      });
      const supervised = ended.catch((error: unknown) => {
        if (!isReady) {
          reject(asError(task.shard, error));
          return;
        }
        return this.#restart(task, error, RESTART_MS_MIN);
      });
      this.#running.set(task.shard, supervised);
    });
  }

  async #restart(task: ShardTaskOptions, error: unknown, waitMs: number): Promise<void> {
    if (this.#stopping) throw asError(task.shard, error);
    this.#hooks.onRestart(task.shard, errorText(error));
    // What is asked from now on waits in the ring for the next worker.
    const commandsFromId = this.#hooks.commandsFromId();
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    let nextWaitMs = Math.min(waitMs * 2, RESTART_MS_MAX);
    try {
      await this.#run(task, commandsFromId, (recovered) => {
        nextWaitMs = RESTART_MS_MIN;
        this.#hooks.onRunsAgain(task.shard);
        const { replayedPoints, durationMs, findings } = recovered;
        this.#log.warn({ shard: task.shard, replayedPoints, durationMs, findings }, 'shard runs again');
      });
    } catch (next) {
      await this.#restart(task, next, nextWaitMs);
    }
  }

  async #run(
    task: ShardTaskOptions,
    commandsFromId: number,
    onReady: (recovered: RecoveredShard) => void,
  ): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (message: ShardMessage) => {
      if (message.kind === 'progress') {
        this.#hooks.onProgress();
      } else if (message.kind === 'ready') {
        onReady(message.recovered);
        // A predecessor that died may have made durable what it lived to tell nobody.
        this.#hooks.onProgress();
      } else if (message.kind === 'answer') {
        this.#hooks.onAnswer(task.shard, message.answer);
      } else if (message.kind === 'finding') {
        this.#log.warn({ finding: message.finding }, 'the store is damaged');
      } else this.#hooks.onStuck(task.shard, message.kind === 'stuck' ? message.detail : undefined);
    });
    try {
      const started: ShardTask = { ...task, port: port2, commandsFromId, space: this.#space };
      const run: Promise<ShardFailure | undefined> = this.#piscina.run(started, { transferList: [port2] });
      const failure = await run;
      if (failure !== undefined)
        throw new MillraceError(failure.code, `shard ${task.shard}: ${failure.detail}`);
    } finally {
      // What the worker said last may still be on its way.
      setImmediate(() => port1.close());
    }
  }
}

/** What is no failure that a shard told of is a fault of the program. */
function asError(shard: number, error: unknown): Error {
  if (error instanceof MillraceError) return error;
  return new MillraceError('MR_SHARD_FAILED', `shard ${shard} failed: ${errorText(error)}`, { cause: error });
}
