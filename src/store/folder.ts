import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { HashKey } from '../../native-free-core/series/siphash128.js';
import { MillraceError } from '../errors.js';
import { FolderLock } from './folder-lock.js';
import { finishInstall, installShards, type OnChange, shardPath } from './install-shards.js';
import { makeFolder } from './make-folder.js';
import {
  damagedManifest,
  FOLDER_FORMAT,
  inaccessible,
  type Manifest,
  readManifest,
  requireFolder,
  writeManifest,
} from './manifest.js';

/**
 * A data folder: `millrace.json` (what holds for ever: the format and the key of the series hash; and the number of shards),
 * `millrace.pid` while a process has it, `shard-0`, `shard-1`, … with an LMDB environment each, and `series.index`.
 */
export class Folder {
  readonly path: string;
  readonly #lock: FolderLock;
  #manifest: Manifest;

  private constructor(path: string, manifest: Manifest, lock: FolderLock) {
    this.path = path;
    this.#manifest = manifest;
    this.#lock = lock;
  }

  /**
   * Opens a folder, or makes it for `shards` shards, and takes it for this process. A change of its shards that was cut
   * short after it was decided is brought to its end.
   * @throws MillraceError that says what is wrong with the folder and what to do
   */
  static open(path: string, shards: number, version: string): Folder {
    try {
      makeFolder(path);
    } catch (error) {
      throw inaccessible(path, error);
    }
    const lock = FolderLock.take(path);
    try {
      return new Folder(path, whole(path, readManifest(path) ?? createFolder(path, shards, version)), lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Takes a folder that is there.
   * @throws MillraceError that says what is wrong with the folder and what to do
   */
  static openExisting(path: string): Folder {
    requireFolder(path);
    const lock = FolderLock.take(path);
    try {
      return new Folder(path, whole(path, requireFolder(path)), lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  get hashKey(): HashKey {
    return hashKeyOf(this.#manifest);
  }

  shardPath(shard: number): string {
    return shardPath(this.path, shard);
  }

  /** Puts the environments of `shards` shards, whole and synced below `moving`, in the place of those that are there. */
  install(shards: number, onChange?: OnChange): void {
    const { checksum: _, ...fields } = this.#manifest;
    this.#manifest = installShards(this.path, { ...fields, shards }, onChange);
  }

  /** The stored index of labels, which the folder can do without. */
  get indexPath(): string {
    return indexPath(this.path);
  }

  /** Gives the folder up. */
  close(): void {
    this.#lock.release();
  }
}

/** Where a folder's index of labels is stored. */
export const indexPath = (path: string): string => join(path, 'series.index');

/** The key of a folder's series hash. */
export function hashKeyOf({ hashKey }: Manifest): HashKey {
  const bytes = Buffer.from(hashKey, 'hex');
  return {
    k0Low: bytes.readInt32LE(0),
    k0High: bytes.readInt32LE(4),
    k1Low: bytes.readInt32LE(8),
    k1High: bytes.readInt32LE(12),
  };
}

/** The manifest of a folder that has all its shards. */
function whole(path: string, found: Manifest): Manifest {
  const manifest = found.installing === true ? finishInstall(path, found) : found;
  for (let shard = 0; shard < manifest.shards; shard++) {
    const folder = shardPath(path, shard);
    if (existsSync(folder)) continue;
    throw new MillraceError(
      'MR_FOLDER_DAMAGED',
      `${folder} is missing, and with it a part of all series: put it back, or restore the whole data folder from a backup`,
    );
  }
  return manifest;
}

function createFolder(path: string, shards: number, version: string): Manifest {
  if (existsSync(join(shardPath(path, 0), 'data.mdb')))
    throw damagedManifest(path, 'it is missing, though there is stored data beside it');
  try {
    // Before the manifest: where that is and a shard's folder is not, somebody took it away.
    for (let shard = 0; shard < shards; shard++) mkdirSync(shardPath(path, shard), { recursive: true });
  } catch (error) {
    throw inaccessible(path, error);
  }
  const hashKey = randomBytes(16).toString('hex');
  return writeManifest(path, { format: FOLDER_FORMAT, shards, hashKey, createdBy: `millrace ${version}` });
}
