import { statfsSync } from 'node:fs';
import { MillraceError } from '../errors.js';
import { formatSize } from '../format-size.js';
import { COPY_SPARE_BYTES } from './limits.js';

/** Free bytes of the file system that a folder is on, for this user. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * @param what is to be done, as a subject: "the backup"
 * @throws MillraceError MR_NO_SPACE when `bytes` more would not fit
 */
export function requireSpace(folder: string, bytes: number, what: string): void {
  const free = freeBytes(folder);
  if (free >= bytes + COPY_SPARE_BYTES) return;
  throw new MillraceError(
    'MR_NO_SPACE',
    `${what} needs ${formatSize(bytes + COPY_SPARE_BYTES)} of free disk at ${folder}, ${formatSize(free)} are free: make room, or use another disk`,
  );
}
