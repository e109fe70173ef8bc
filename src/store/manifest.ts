import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { crc32c } from '../../native-free-core/codec/crc32c.js';
import { SHARD_COUNT_MAX } from '../../native-free-core/limits.js';
import { errorText, MillraceError } from '../errors.js';
import { tryRemove } from './folder-lock.js';

/** The folder format that this version reads and writes. Format 1, without tiers, was never released. */
export const FOLDER_FORMAT = 2;

// Strict, so that damage to the name of a field is seen, too.
const manifestSchema = z.strictObject({
  format: z.int().min(FOLDER_FORMAT).max(FOLDER_FORMAT),
  shards: z.int().min(1).max(SHARD_COUNT_MAX),
  hashKey: z.string().regex(/^[0-9a-f]{32}$/),
  createdBy: z.string(),
  /** There while environments made elsewhere take their places (install-shards.ts). */
  installing: z.literal(true).optional(),
  /** Of the other fields: with another key every series would be taken for a new one. */
  checksum: z.string(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** A manifest before it is sealed. */
export type ManifestFields = Omit<Manifest, 'checksum'>;

export const manifestPath = (path: string): string => join(path, 'millrace.json');

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
    throw damagedManifest(path, errorText(error));
  }
  const { format } = z.object({ format: z.int() }).catch({ format: -1 }).parse(raw);
  if (format > FOLDER_FORMAT) {
    throw new MillraceError(
      'MR_FOLDER_VERSION',
      `the data folder ${path} has format ${format}, this version reads ${FOLDER_FORMAT}: start it with the newer Millrace that wrote it`,
    );
  }
  if (format >= 1 && format < FOLDER_FORMAT) {
    throw new MillraceError(
      'MR_FOLDER_VERSION',
      `the data folder ${path} has format ${format}, of a version before the first release; this one reads ${FOLDER_FORMAT}: start with an empty folder, and send or import the data again`,
    );
  }
  const parsed = manifestSchema.safeParse(raw);
  if (!parsed.success) throw damagedManifest(path, z.prettifyError(parsed.error));
  const manifest = parsed.data;
  const wanted = checksumOf(manifest);
  if (manifest.checksum !== wanted)
    throw damagedManifest(path, `its checksum is ${manifest.checksum}, its fields have ${wanted}`);
  return manifest;
}

/** @throws MillraceError MR_FOLDER_ACCESS when it is no data folder */
export function requireFolder(path: string): Manifest {
  const manifest = existsSync(path) ? readManifest(path) : undefined;
  if (manifest !== undefined) return manifest;
  throw new MillraceError(
    'MR_FOLDER_ACCESS',
    `${path} is no data folder of Millrace: it has no millrace.json; name one with --data`,
  );
}

/**
 * Writes the manifest under another name and renames it, so that there is a whole one at every moment, and does not return
 * before that would survive a loss of power.
 */
export function writeManifest(path: string, fields: ManifestFields): Manifest {
  const manifest: Manifest = { ...fields, checksum: checksumOf(fields) };
  const temporary = `${manifestPath(path)}.new`;
  try {
    writeFileSync(temporary, `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
    renameSync(temporary, manifestPath(path));
    syncFolder(path);
  } catch (error) {
    tryRemove(temporary);
    throw inaccessible(path, error);
  }
  return manifest;
}

/** Makes what was renamed, made or removed in a folder survive a loss of power. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function checksumOf({ format, shards, hashKey, createdBy, installing }: ManifestFields): string {
  const fields = [format, shards, hashKey, createdBy, ...(installing === undefined ? [] : [installing])];
  const bytes = Buffer.from(JSON.stringify(fields));
  return crc32c(bytes, 0, bytes.length).toString(16).padStart(8, '0');
}

export function inaccessible(path: string, error: unknown): MillraceError {
  return new MillraceError(
    'MR_FOLDER_ACCESS',
    `the data folder ${path} can't be used: ${errorText(error)}; it must be readable and writable by this user and have free space`,
    { cause: error },
  );
}

export function damagedManifest(path: string, what: string): MillraceError {
  return new MillraceError(
    'MR_FOLDER_DAMAGED',
    `${manifestPath(path)} can't be understood (${what}); it holds the key of the series hash, so restore it from a backup of the folder`,
  );
}
