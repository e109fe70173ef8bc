import { FolderLock } from '../../../src/store/folder-lock.js';

/** One round: at `atMs` of the day's clock all processes reach for `folder`. */
export interface LockRound {
  folder: string;
  atMs: number;
}

/** From when to when a process held the folder, ms; undefined: it did not get it. */
export type LockOutcome = { heldFromMs: number; heldToMs: number } | undefined;

/** Longer than any process lags behind the others, so that two holders overlap if there are two. */
const HOLD_MS = 30;

const nowMs = (): number => performance.timeOrigin + performance.now();
const tell = (outcome: LockOutcome): void => void process.send!({ outcome });

process.on('message', ({ folder, atMs }: LockRound) => {
  while (nowMs() < atMs);
  let lock: FolderLock;
  try {
    lock = FolderLock.take(folder);
  } catch {
    tell(undefined);
    return;
  }
  const heldFromMs = nowMs();
  setTimeout(() => {
    const heldToMs = nowMs();
    lock.release();
    tell({ heldFromMs, heldToMs });
  }, HOLD_MS);
});
