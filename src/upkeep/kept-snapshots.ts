import { type Dirent, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError } from '../errors.js';
import type { KeptSnapshot } from '../http/ports.js';
import { type ManifestFields, manifestPath, readManifest } from '../store/manifest.js';

/** What only a folder that a server works on, or has worked on, has besides the parts of a backup. */
const NO_BACKUP = ['millrace.pid', 'series.index'];
const UNREADABLE: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'ENOENT']);

/**
 * The backups of one data folder in the place where its server makes them, the oldest first. Nothing else that lies
 * there is shown: a backup is known by the folder's hash key, and what a crash left of one by having nothing but shards.
 */
export function keptSnapshots(directory: string, { hashKey }: ManifestFields): KeptSnapshot[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readableSnapshot(directory, name, hashKey) ?? [])
    .sort((a, b) => a.takenMs - b.takenMs);
}

/**
 * Removes one.
 * @throws MillraceError MR_BAD_PARAMETER that names those that are there
 */
export async function removeSnapshot(
  directory: string,
  manifest: ManifestFields,
  name: string,
): Promise<KeptSnapshot> {
  const kept = keptSnapshots(directory, manifest);
  const found = kept.find((each) => each.name === name);
  if (found === undefined) {
    const names = kept.map((each) => each.name).join(', ');
    const there = names === '' ? 'there is none' : `there are ${names}`;
    throw new MillraceError('MR_BAD_PARAMETER', `There is no snapshot "${name}" in ${directory}; ${there}.`, {
      fields: { parameter: 'name' },
    });
  }
  // What is half removed must not be taken for a backup.
  rmSync(manifestPath(found.path), { force: true });
  await rm(found.path, { recursive: true });
  return found;
}

/** What may not be read is none of this server's, and what is gone by now is none any more: `lost+found`, one that is being removed. */
function readableSnapshot(directory: string, name: string, hashKey: string): KeptSnapshot | undefined {
  try {
    return keptSnapshot(directory, name, hashKey);
  } catch (error) {
    if (UNREADABLE.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
}

function keptSnapshot(directory: string, name: string, hashKey: string): KeptSnapshot | undefined {
  const path = join(directory, name);
  const entries = readdirSync(path, { withFileTypes: true });
  if (entries.some((entry) => NO_BACKUP.includes(entry.name))) return undefined;
  const isWhole = keyOf(path) === hashKey;
  if (!isWhole && !isLeftOver(entries)) return undefined;
  const takenMs = statSync(isWhole ? manifestPath(path) : path).mtimeMs;
  return { name, path, bytes: bytesBelow(path), isWhole, takenMs };
}

function keyOf(path: string): string | undefined {
  try {
    return readManifest(path)?.hashKey;
  } catch {
    // Damaged, or of another version: not this server's to remove.
    return undefined;
  }
}

const isLeftOver = (entries: readonly Dirent[]): boolean =>
  entries.length > 0 && entries.every((entry) => entry.isDirectory() && /^shard-\d+$/.test(entry.name));

/** Bytes of the shards of a backup. */
export const bytesBelow = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => statSync(join(folder, entry.name, 'data.mdb'), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, bytes) => sum + bytes, 0);
