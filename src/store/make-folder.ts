import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and what is missing above it; one that is there is left as it is. mkdir's own `recursive` never comes
 * back where a file system says "no such entry" below a folder that is there, as /proc and automounters do.
 * @returns the uppermost folder that was made, if any was
 * @throws what mkdir says
 */
export function makeFolder(path: string): string | undefined {
  try {
    mkdirSync(path);
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (isFolder(path)) return undefined;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || isFolder(parent)) throw error;
    const made = makeFolder(parent);
    mkdirSync(path);
    return made;
  }
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
};
