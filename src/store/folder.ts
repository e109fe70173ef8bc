import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { crc32c } from '../../native-free-core/codec/crc32c.js';
import { SHARD_COUNT_MAX } from '../../native-free-core/limits.js';
import type { HashKey } from '../../native-free-core/series/siphash128.js';
import { errorText, MillraceError } from '../errors.js';
import { FolderLock, tryRemove } from './folder-lock.js';

/** The folder formats that this version reads; it writes the last. */
const FOLDER_FORMAT = 1;

// Strict, so that damage to the name of a field is seen, too.
const manifestSchema = z.strictObject({
  format: z.int().min(1).max(FOLDER_FORMAT),
  shards: z.int().min(1).max(SHARD_COUNT_MAX),
  hashKey: z.string().regex(/^[0-9a-f]{32}$/),
  createdBy: z.string(),
  /** Of the other fields: with another key every series would be taken for a new one. */
  checksum: z.string(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/**
 * A data folder: `millrace.json` (what holds for ever: the format, the key of the series hash, the number of shards),
 * `millrace.pid` while a process has it, and `shard-0`, `shard-1`, … with an LMDB environment each.
 */
export class Folder {
  readonly path: string;
  readonly manifest: Manifest;
  readonly #lock: FolderLock;

  private constructor(path: string, manifest: Manifest, lock: FolderLock) {
    this.path = path;
    this.manifest = manifest;
    this.#lock = lock;
  }

  /**
   * Opens a folder, or makes it for `shards` shards, and takes it for this process.
   * @throws MillraceError that says what is wrong with the folder and what to do
   */
  static open(path: string, shards: number, version: string): Folder {
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      throw inaccessible(path, error);
    }
    const lock = FolderLock.take(path);
    try {
      const manifest = readManifest(path) ?? createFolder(path, shards, version);
      requireShards(path, manifest.shards);
      return new Folder(path, manifest, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get hashKey(): HashKey {
    const bytes = Buffer.from(this.manifest.hashKey, 'hex');
    return {
      k0Low: bytes.readInt32LE(0),
      k0High: bytes.readInt32LE(4),
      k1Low: bytes.readInt32LE(8),
      k1High: bytes.readInt32LE(12),
    };
  }

  shardPath(shard: number): string {
    return shardPath(this.path, shard);
  }

  /** Gives the folder up. */
  close(): void {
    this.#lock.release();
  }
}

const shardPath = (path: string, shard: number): string => join(path, `shard-${shard}`);

const manifestPath = (path: string): string => join(path, 'millrace.json');

function requireShards(path: string, shards: number): void {
  for (let shard = 0; shard < shards; shard++) {
    const folder = shardPath(path, shard);
    if (existsSync(folder)) continue;
    throw new MillraceError(
      'MR_FOLDER_DAMAGED',
      `${folder} is missing, and with it a part of all series: put it back, or restore the whole data folder from a backup`,
    );
  }
}

/** The manifest of a folder, or undefined when there is none. */
export function readManifest(path: string): Manifest | undefined {
  let text: string;
  try {
    text = readFileSync(manifestPath(path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw inaccessible(path, error);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw damaged(path, errorText(error));
  }
  const { format } = z.object({ format: z.int() }).catch({ format: -1 }).parse(raw);
  if (format > FOLDER_FORMAT) {
    throw new MillraceError(
      'MR_FOLDER_VERSION',
      `the data folder ${path} has format ${format}, this version reads up to ${FOLDER_FORMAT}: start it with the newer Millrace that wrote it`,
    );
  }
  const parsed = manifestSchema.safeParse(raw);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error));
  const manifest = parsed.data;
  const wanted = checksumOf(manifest);
  if (manifest.checksum !== wanted)
    throw damaged(path, `its checksum is ${manifest.checksum}, its fields have ${wanted}`);
  return manifest;
}

function checksumOf({ format, shards, hashKey, createdBy }: Omit<Manifest, 'checksum'>): string {
  const bytes = Buffer.from(JSON.stringify([format, shards, hashKey, createdBy]));
  return crc32c(bytes, 0, bytes.length).toString(16).padStart(8, '0');
}

function createFolder(path: string, shards: number, version: string): Manifest {
  if (!existsSync(join(shardPath(path, 0), 'data.mdb'))) return createManifest(path, shards, version);
  throw damaged(path, 'it is missing, though there is stored data beside it');
}

function createManifest(path: string, shards: number, version: string): Manifest {
  const hashKey = randomBytes(16).toString('hex');
  const fields = { format: FOLDER_FORMAT, shards, hashKey, createdBy: `millrace ${version}` };
  const manifest: Manifest = { ...fields, checksum: checksumOf(fields) };
  const temporary = `${manifestPath(path)}.new`;
  try {
    // Before the manifest: where that is and a shard's folder is not, somebody took it away.
    for (let shard = 0; shard < shards; shard++) mkdirSync(shardPath(path, shard), { recursive: true });
    writeFileSync(temporary, `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
    renameSync(temporary, manifestPath(path));
    // The rename itself has to survive a loss of power, before anything is stored under this key.
    const folder = openSync(path, 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    tryRemove(temporary);
    throw inaccessible(path, error);
  }
  return manifest;
}

function inaccessible(path: string, error: unknown): MillraceError {
  return new MillraceError(
    'MR_FOLDER_ACCESS',
    `the data folder ${path} can't be used: ${errorText(error)}; it must be readable and writable by this user and have free space`,
    { cause: error },
  );
}

function damaged(path: string, what: string): MillraceError {
  return new MillraceError(
    'MR_FOLDER_DAMAGED',
    `${manifestPath(path)} can't be understood (${what}); it holds the key of the series hash, so restore it from a backup of the folder`,
  );
}
