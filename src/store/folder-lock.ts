import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, MillraceError } from '../errors.js';

/**
 * Keeps a second process out of a data folder: `millrace.pid` holds the process id and when that process began, so that
 * an id that was given again after a crash does not lock the folder for ever. The file appears whole by a hard link,
 * which fails when it is there: of two processes that start at once one wins.
 */
export class FolderLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static take(folder: string): FolderLock {
    const path = join(folder, 'millrace.pid');
    const own = `${path}.${process.pid}`;
    try {
      writeFileSync(own, `${process.pid} ${startOf(process.pid) ?? 'unknown'}\n`);
      for (let attempt = 0; attempt < 3; attempt++) {
        if (tryLink(own, path)) return new FolderLock(path);
        const owner = liveOwner(path);
        if (owner !== undefined) {
          throw new MillraceError(
            'MR_FOLDER_IN_USE',
            `the data folder ${folder} is in use by process ${owner}: stop that one first, or give this one another folder with --data`,
          );
        }
        removeDead(path, `${own}.dead`);
      }
      throw new Error('another process keeps taking it');
    } catch (error) {
      if (error instanceof MillraceError) throw error;
      throw new MillraceError(
        'MR_FOLDER_ACCESS',
        `the data folder ${folder} can't be locked: ${errorText(error)}`,
        {
          cause: error,
        },
      );
    } finally {
      tryRemove(own);
    }
  }

  /** The process that has a folder, if there is one. */
  static owner(folder: string): number | undefined {
    return liveOwner(join(folder, 'millrace.pid'));
  }

  release(): void {
    rmSync(this.#path, { force: true });
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

/**
 * Takes a lock file away whose process is dead. Between that finding and this another process may have done the same and
 * have put its own file there: that one was first, so it gets its file back.
 */
function removeDead(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (liveOwner(aside) !== undefined) tryLink(aside, path);
  rmSync(aside);
}

/** Removes a file if that is possible: where it is not, an error before it says more. */
export function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A file that is left behind keeps nobody out.
  }
}

/** The process that holds a lock file and still runs. */
function liveOwner(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [pidText = '', begun = ''] = text.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  const start = startOf(pid);
  return start === undefined || begun === 'unknown' || begun === start ? pid : undefined;
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
