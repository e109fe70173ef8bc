import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import {
  CONTROL_HEAP,
  CONTROL_LEFT_OUT,
  CONTROL_REQUESTED,
  CONTROL_ROWS,
  CONTROL_SETS,
  CONTROL_STATE,
  STATE_RUN,
  STATE_STOP,
} from '../../native-free-core/series-index/series-index-layout.js';
import { errorText } from '../errors.js';
import type { Logger } from '../log.js';
import type { IndexerData, IndexerMessage, IndexerTask } from './indexer-task.js';
import { INDEX_RESTART_MS_MAX, INDEX_RESTART_MS_MIN } from './limits.js';

/** The index of labels in figures. */
export interface IndexReport {
  series: number;
  label_sets: number;
  bytes: number;
  /** Series that found no room, and are not found by queries. */
  left_out: number;
  restarts: number;
}

/**
 * Runs the indexer as a never-ending task on a thread of its own, and starts it again when it dies: it then builds the index anew,
 * while queries wait.
 */
export class Indexer {
  readonly #piscina: Piscina;
  readonly #data: IndexerData;
  readonly #log: Logger;
  readonly #control: Int32Array;
  #running: Promise<void> | undefined;
  #restarts = 0;

  constructor(data: IndexerData, log: Logger) {
    this.#data = data;
    this.#log = log;
    this.#control = new Int32Array(data.index.control);
    this.#piscina = new Piscina({
      filename: new URL('./indexer-worker.js', import.meta.url).href,
      name: 'runIndexer',
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1,
    });
  }

  /** Loads the stored index. */
  start(): void {
    this.#running = this.#supervise(INDEX_RESTART_MS_MIN);
  }

  /** The shards run: their stores may be opened. */
  open(): void {
    this.#setState(STATE_RUN);
  }

  /** Takes what the shards stored last, stores the index and ends the thread. */
  async stop(): Promise<void> {
    this.#setState(STATE_STOP);
    await this.#running;
    await this.#piscina.destroy();
  }

  /** What an operator sees of the index. */
  report(): IndexReport {
    const control = this.#control;
    const words = Atomics.load(control, CONTROL_HEAP);
    const rows = Atomics.load(control, CONTROL_ROWS);
    const sets = Atomics.load(control, CONTROL_SETS);
    return {
      series: rows,
      label_sets: sets,
      // Four columns a row and four a set stand beside the heap.
      bytes: words * 4 + (rows + sets) * 16,
      left_out: control[CONTROL_LEFT_OUT]!,
      restarts: this.#restarts,
    };
  }

  #setState(state: number): void {
    Atomics.store(this.#control, CONTROL_STATE, state);
    Atomics.add(this.#control, CONTROL_REQUESTED, 1);
    Atomics.notify(this.#control, CONTROL_REQUESTED);
  }

  async #supervise(waitMs: number): Promise<void> {
    let nextWaitMs = Math.min(waitMs * 2, INDEX_RESTART_MS_MAX);
    try {
      await this.#run(() => {
        nextWaitMs = INDEX_RESTART_MS_MIN;
      });
    } catch (error) {
      this.#restarts++;
      this.#log.error({ detail: errorText(error) }, 'the index of labels failed and is built anew');
      if (Atomics.load(this.#control, CONTROL_STATE) === STATE_STOP) return;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      await this.#supervise(nextWaitMs);
    }
  }

  async #run(onReady: () => void): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (message: IndexerMessage) => {
      if (message.kind === 'ready') onReady();
      this.#tell(message);
    });
    try {
      await this.#piscina.run({ ...this.#data, port: port2 } satisfies IndexerTask, {
        transferList: [port2],
      });
    } finally {
      // What the thread said last may still be on its way.
      setImmediate(() => port1.close());
    }
  }

  #tell(message: IndexerMessage): void {
    const { kind, ...fields } = message;
    if (message.kind === 'finding')
      this.#log.warn(message.finding, 'the index of labels found something wrong');
    else if (kind === 'not saved') this.#log.warn(fields, 'the index of labels could not be stored');
    else this.#log.info(fields, kind === 'ready' ? 'series indexed' : 'index of labels stored');
  }
}
