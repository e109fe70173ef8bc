import { accessSync, constants, mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';

/** An environment of LMDB: one file, without named databases. */
export type Environment = RootDatabase<Buffer, Buffer>;

/** Whether a folder lies on a file system that takes nothing, such as a medium for backups. */
function isOnReadOnlyDisk(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
  }
}

/** Opens an environment or makes it. @throws what the system or LMDB says */
export function openEnvironment(path: string): Environment {
  mkdirSync(path, { recursive: true });
  return open<Buffer, Buffer>({
    path,
    encoding: 'binary',
    keyEncoding: 'binary',
    compression: false,
    // A commit returns when data pages and the meta page are on disk: what "durable" in an ACK means.
    overlappingSync: false,
    noMemInit: true,
    maxReaders: 126,
    maxDbs: 1,
    // There LMDB makes no lock file, which it can do without: nobody writes.
    readOnly: isOnReadOnlyDisk(path),
  });
}
