import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SHARD_COUNT_MAX } from '../../native-free-core/limits.js';
import type { HashKey } from '../../native-free-core/series/siphash128.js';
import { errorText, MillraceError } from '../errors.js';
import { FolderLock } from './folder-lock.js';

/** The folder formats that this version reads; it writes the last. */
const FOLDER_FORMAT = 1;

const manifestSchema = z.object({
  format: z.int(),
  shards: z.int().min(1).max(SHARD_COUNT_MAX),
  hashKey: z.string().regex(/^[0-9a-f]{32}$/),
  createdBy: z.string(),
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
      const manifest = readManifest(path) ?? createManifest(path, shards, version);
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
    return join(this.path, `shard-${shard}`);
  }

  /** Gives the folder up. */
  close(): void {
    this.#lock.release();
  }
}

const manifestPath = (path: string): string => join(path, 'millrace.json');

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
  return parsed.data;
}

function createManifest(path: string, shards: number, version: string): Manifest {
  const hashKey = randomBytes(16).toString('hex');
  const manifest: Manifest = { format: FOLDER_FORMAT, shards, hashKey, createdBy: `millrace ${version}` };
  const temporary = `${manifestPath(path)}.new`;
  try {
    writeFileSync(temporary, `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
    renameSync(temporary, manifestPath(path));
    // The rename itself has to survive a loss of power, before anything is stored under this key.
    const folder = openSync(path, 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
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
