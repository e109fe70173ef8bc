import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, MillraceError } from '../errors.js';

/** Tries to take a lock whose owner goes while it is looked at. */
const ATTEMPTS_MAX = 3;

/**
 * Keeps a second process out of a data folder: `millrace.pid` holds the process id and when that process began, so that
 * an id that was given again after a crash does not lock the folder for ever.
 *
 *  1. The file appears whole by a hard link, which fails when it is there: of two processes that start at once one wins.
 *  2. That of a dead process is never taken away, or a third would find none: it is replaced, by whoever holds the lock
 *     `millrace.pid.next` meanwhile and has found there that it is still that of a dead one. Only its owner, who is dead, or
 *     whoever holds that lock may change it, so it stays so until it is replaced.
 *  3. That lock is one of the same kind, so a crash in the middle of 2 keeps nobody out either.
 */
export class FolderLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static take(folder: string): FolderLock {
    const path = join(folder, 'millrace.pid');
    try {
      const owner = hold(path);
      if (owner === undefined) return new FolderLock(path);
      throw new MillraceError(
        'MR_FOLDER_IN_USE',
        `the data folder ${folder} is in use by process ${owner}: stop that one first, or give this one another folder with --data`,
      );
    } catch (error) {
      if (error instanceof MillraceError) throw error;
      throw new MillraceError(
        'MR_FOLDER_ACCESS',
        `the data folder ${folder} can't be locked: ${errorText(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  /** The process that has a folder, if there is one and this one may know. */
  static owner(folder: string): number | undefined {
    try {
      const owner = ownerOf(join(folder, 'millrace.pid'));
      return typeof owner === 'number' ? owner : undefined;
    } catch {
      return undefined;
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

/** Puts this process's lock file there. Answers the process that has one there, or is about to; undefined: this one has. */
function hold(path: string): number | undefined {
  const own = `${path}.${process.pid}`;
  try {
    writeFileSync(own, `${process.pid} ${startOf(process.pid) ?? 'unknown'}\n`);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (tryLink(own, path)) return undefined;
      let owner = ownerOf(path);
      if (owner === 'dead') owner = replaceDead(path, own);
      if (owner === 'dead') return undefined;
      if (owner !== 'none') return owner;
    }
    throw new Error('another process keeps taking it');
  } finally {
    tryRemove(own);
  }
}

/** Puts `own` in the place of a dead process's lock file. Answers whose it was; of a living one, or none, it is left alone. */
function replaceDead(path: string, own: string): Owner {
  const guard = `${path}.next`;
  const heir = hold(guard);
  if (heir !== undefined) return heir;
  try {
    const owner = ownerOf(path);
    if (owner === 'dead') renameSync(own, path);
    return owner;
  } finally {
    tryRemove(guard);
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a file if that is possible: where it is not, an error before it says more. */
export function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A file that is left behind keeps nobody out.
  }
}

/** The process that holds a lock file and still runs; that it does not, or that there is no file. */
type Owner = number | 'dead' | 'none';

function ownerOf(path: string): Owner {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // What can't be read may be a living process's.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'none';
  }
  const [pidText = '', begun = ''] = text.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return 'dead';
  const start = startOf(pid);
  return start === undefined || begun === 'unknown' || begun === start ? pid : 'dead';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, in the kernel's ticks since boot; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
