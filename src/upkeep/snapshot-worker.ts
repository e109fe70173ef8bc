import type { MessagePort } from 'node:worker_threads';
import { MillraceError } from '../errors.js';
import { CutGate } from '../shard/cut-gate.js';
import { type LmdbSnapshot, LmdbSnapshots } from '../store/lmdb-store.js';
import { writeBackup } from './backup-folder.js';
import { freeBytes } from './disk-space.js';
import { COPY_SPARE_BYTES } from './limits.js';
import type { SnapshotFailure, SnapshotOrder, SnapshotTask } from './snapshot-task.js';

/** Time between two looks at shards that are not there yet, ms: a shard that is waits for this. */
const LOOK_MS = 1;

/** Takes one snapshot. Answers undefined, or why there is none; throws only what is a fault of the program. */
export async function runSnapshot(task: SnapshotTask): Promise<SnapshotFailure | undefined> {
  try {
    await takeSnapshot(task);
    return undefined;
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return { code: error.code, detail: error.message };
  }
}

/** Opens a transaction on each shard while that is held, then copies what they see. */
async function takeSnapshot(task: SnapshotTask): Promise<void> {
  const orders = new Orders(task.port);
  const environments = task.shardPaths.map((path) => new LmdbSnapshots(path));
  let views: LmdbSnapshot[] = [];
  try {
    task.port.postMessage('ready');
    for (let order = await orders.next(); order.kind === 'cut'; order = await orders.next()) {
      for (const view of views.splice(0)) view.close();
      views = await openViews(task, environments, order.ticket, orders);
    }
    orders.mustGoOn();
    const { usedBytes, manifest, to } = task;
    await writeBackup({ shards: views, usedBytes, manifest }, to, () => {
      orders.mustGoOn();
      requireSpare(to);
    });
  } finally {
    for (const view of views) view.close();
    for (const environment of environments) await environment.close();
    task.port.close();
  }
}

/** Opens the shards' transactions as each is held. Gives up, perhaps with some of them, when the next order comes. */
async function openViews(
  task: SnapshotTask,
  environments: readonly LmdbSnapshots[],
  ticket: number,
  orders: Orders,
): Promise<LmdbSnapshot[]> {
  const gates = task.gates.map((memory) => new CutGate(memory));
  const views: LmdbSnapshot[] = new Array(environments.length);
  let missing = environments.length;
  while (missing > 0 && !orders.hasNext) {
    gates.forEach((gate, shard) => {
      if (views[shard] !== undefined || !gate.isReady(ticket)) return;
      views[shard] = environments[shard]!.open();
      gate.opened(ticket);
      missing--;
    });
    if (missing > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return views.filter((view) => view !== undefined);
}

/** A snapshot on the engine's own disk is given up before the engine itself has no room. */
function requireSpare(to: string): void {
  const free = freeBytes(to);
  if (free >= COPY_SPARE_BYTES) return;
  throw new MillraceError(
    'MR_UNABLE_TO_STORE',
    `no space left: ${free} bytes are free, and ${COPY_SPARE_BYTES} are kept for the engine`,
  );
}

/** The orders of the socket thread as they come. */
class Orders {
  readonly #waiting: SnapshotOrder[] = [];
  #wake: (() => void) | undefined;
  #isAborted = false;

  constructor(port: MessagePort) {
    port.on('message', (order: SnapshotOrder) => {
      if (order.kind === 'abort') this.#isAborted = true;
      this.#waiting.push(order);
      this.#wake?.();
    });
  }

  get hasNext(): boolean {
    return this.#waiting.length > 0;
  }

  async next(): Promise<SnapshotOrder> {
    while (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#waiting.shift()!;
  }

  mustGoOn(): void {
    if (this.#isAborted) throw new MillraceError('MR_STOPPING', 'The snapshot was given up.');
  }
}
