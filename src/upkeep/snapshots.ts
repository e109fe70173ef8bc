import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Clock } from '../clock.js';
import { errorText, MillraceError } from '../errors.js';
import type { KeptSnapshot, SnapshotPort, SnapshotReport } from '../http/ports.js';
import type { ShardCommands } from '../shard/shard-commands.js';
import { makeFolder } from '../store/make-folder.js';
import type { ManifestFields } from '../store/manifest.js';
import { bytesBelow, keptSnapshots, removeSnapshot } from './kept-snapshots.js';
import type { SnapshotFailure, SnapshotOrder, SnapshotTask } from './snapshot-task.js';

/** How often the shards are held for one snapshot before it is given up: a reader that is late once is so by chance. */
const CUTS_MAX = 5;

/** When somebody who found one under way may come again, ms. */
const BUSY_RETRY_MS = 5_000;

export interface SnapshotOptions {
  commands: ShardCommands;
  shardPaths: readonly string[];
  /** Of each shard, for CutGate. */
  gates: readonly SharedArrayBuffer[];
  /** What the shards' stores hold at the moment, bytes. */
  usedBytes: () => number;
  manifest: ManifestFields;
  /** Where snapshots are made, each in a folder of its own. */
  directory: string;
  clock: Clock;
}

/**
 * Takes backups while the engine runs, one at a time. A command at one place of all rings makes the moment: each shard
 * stores what came before it and waits, for a millisecond or two, until another thread has opened a read transaction on its
 * store; then points go on, and that thread copies what it sees. So a batch is in the backup of all its shards or of none.
 */
export class Snapshots implements SnapshotPort {
  readonly #options: SnapshotOptions;
  #piscina: Piscina | undefined;
  #port: MessagePort | undefined;
  #running: Promise<unknown> | undefined;
  #takingPath: string | undefined;
  #lastTicket = 0;
  #isStopped = false;

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  /** @throws MillraceError MR_BUSY, MR_BAD_PARAMETER, MR_NO_SPACE, or why the shards could not be held */
  async takeSnapshot(name: string | undefined): Promise<SnapshotReport> {
    if (this.#isStopped) throw new MillraceError('MR_STOPPING', 'The server is stopping.');
    if (this.#running !== undefined)
      throw busy('snapshot_running', 'A snapshot is being taken, and one at a time is: ask again later.');
    const running = this.#take(name ?? nameOf(this.#options.clock.nowMs()));
    this.#running = running.catch(() => {});
    try {
      return await running;
    } finally {
      this.#running = undefined;
    }
  }

  /** One that is being taken isn't there yet. */
  listSnapshots(): KeptSnapshot[] {
    const { directory, manifest } = this.#options;
    return keptSnapshots(directory, manifest).filter(({ path }) => path !== this.#takingPath);
  }

  /** @throws MillraceError MR_BAD_PARAMETER, MR_BUSY */
  removeSnapshot(name: string): Promise<KeptSnapshot> {
    const { directory, manifest } = this.#options;
    if (join(directory, name) === this.#takingPath)
      throw busy('snapshot_running', 'This snapshot is being taken: ask again later.');
    return removeSnapshot(directory, manifest, name);
  }

  /** Gives up what runs, and ends the thread. */
  async close(): Promise<void> {
    this.#isStopped = true;
    this.#order({ kind: 'abort' });
    await this.#running;
    await this.#piscina?.destroy();
  }

  async #take(name: string): Promise<SnapshotReport> {
    const { directory, clock, gates, shardPaths, manifest } = this.#options;
    const startMs = clock.monotonicMs();
    const to = join(directory, name);
    requireNew(directory, to);
    this.#takingPath = to;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const isReady = new Promise((resolve) => port1.once('message', resolve));
    const task = { shardPaths, gates, usedBytes: this.#options.usedBytes(), manifest, to, port: port2 };
    const copied = this.#copy(task).finally(() => port1.close());
    // It is looked at below, after the cut; until then its failure must not count as unhandled.
    copied.catch(() => {});
    try {
      await Promise.race([isReady, copied]);
      const heldMs = await this.#cut();
      this.#order({ kind: 'copy' });
      await copied;
      const durationMs = clock.monotonicMs() - startMs;
      return { name, path: to, bytes: bytesBelow(to), shards: shardPaths.length, heldMs, durationMs };
    } catch (error) {
      this.#order({ kind: 'abort' });
      await copied.catch(() => {});
      throw error;
    } finally {
      this.#port = undefined;
      this.#takingPath = undefined;
    }
  }

  async #copy(task: SnapshotTask): Promise<void> {
    const run: Promise<SnapshotFailure | undefined> = this.#pool().run(task, { transferList: [task.port] });
    const failure = await run;
    if (failure !== undefined) throw new MillraceError(failure.code, failure.detail);
  }

  /** Has all shards seen at one moment. Answers for how long the slowest was held, ms. */
  async #cut(): Promise<number> {
    for (let cuts = 0; cuts < CUTS_MAX; cuts++) {
      const ticket = ++this.#lastTicket;
      this.#order({ kind: 'cut', ticket });
      const results = await this.#options.commands.runAll({ kind: 'cut', ticket });
      if (results.every(({ isCut }) => isCut)) return Math.max(...results.map(({ heldMs }) => heldMs));
    }
    throw busy(
      'machine_busy',
      `The thread that copies got no turn while the shards waited for it, ${CUTS_MAX} times: this machine is too busy at the moment. Ask again.`,
    );
  }

  #order(order: SnapshotOrder): void {
    this.#port?.postMessage(order);
  }

  /** Made by the first snapshot: most engines never take one. */
  #pool(): Piscina {
    this.#piscina ??= new Piscina({
      filename: new URL('./snapshot-worker.js', import.meta.url).href,
      name: 'runSnapshot',
      minThreads: 1,
      maxThreads: 1,
      // A thread that sleeps in Atomics.wait never turns its event loop, and lmdb's timers would pile up in it.
      atomics: 'disabled',
    });
    return this.#piscina;
  }
}

const busy = (reason: string, detail: string): MillraceError =>
  new MillraceError('MR_BUSY', detail, {
    retryAfterMs: BUSY_RETRY_MS,
    fields: { retry_after_ms: BUSY_RETRY_MS, reason },
  });

/** `2024-01-31T10-15-30-250Z`: sorts by time, and is a file name everywhere. */
const nameOf = (nowMs: number): string => new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');

function requireNew(directory: string, to: string): void {
  try {
    makeFolder(directory);
  } catch (error) {
    throw new MillraceError('MR_NO_SPACE', `${directory} can't be made: ${errorText(error)}`, {
      cause: error,
    });
  }
  if (statSync(to, { throwIfNoEntry: false }) === undefined) return;
  throw new MillraceError('MR_BAD_PARAMETER', `There is a snapshot of that name already: ${to}`, {
    fields: { parameter: 'name' },
  });
}
