import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MillraceError } from '../errors.js';
import { Folder } from '../store/folder.js';
import { backupFolder } from './backup-folder.js';
import type { OnCopied } from './copy-progress.js';

/** @throws MillraceError MR_FOLDER_ACCESS when something is in the way of a backup */
export function requireFree(path: string): void {
  if (!existsSync(path) || readdirSync(path).length === 0) return;
  throw new MillraceError(
    'MR_FOLDER_ACCESS',
    `${path} is not empty: a backup is written into a new folder, or an empty one`,
  );
}

/**
 * Moves a snapshot to where the user wants it: by a rename where it is on the same file system, else by a copy, after which it
 * is removed.
 * @throws MillraceError MR_FOLDER_ACCESS when it can't be seen from here; it stays where it is whenever this fails
 */
export async function movedSnapshot(from: string, to: string, onCopied: OnCopied): Promise<void> {
  if (!existsSync(join(from, 'millrace.json'))) {
    throw new MillraceError(
      'MR_FOLDER_ACCESS',
      `The backup is made, and lies at ${from} on the machine of the server, where this command can't reach it: run it there, or copy that folder`,
    );
  }
  requireFree(to);
  try {
    renameSync(from, to);
    return;
  } catch (error) {
    // Another file system, or no folder yet to put it in: a copy does both.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EXDEV' && code !== 'ENOENT') throw error;
  }
  const folder = Folder.openExisting(from);
  try {
    await backupFolder(folder, to, onCopied);
  } finally {
    folder.close();
  }
  rmSync(from, { recursive: true });
}
