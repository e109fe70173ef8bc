import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  path: string;
  usedBytes(): number;
  freeBytes(): number;
  resize(size: string): void;
  /** From now on nothing can be written. */
  makeReadOnly(): void;
}

function remount(path: string, options: string): void {
  const { status, signal, error, stderr } = spawnSync('mount', ['-o', `remount,${options}`, path], {
    encoding: 'utf8',
  });
  // Without a status it was never run, or ended by a signal.
  assert.equal(status, 0, `mount ended with ${error?.message ?? signal ?? stderr}`);
}

/** Mounts a file system for a test; skips the test and answers undefined where that can't be done. */
export function mountSmall(t: TestContext, size: string): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'millrace-small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'millrace-test', path], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true, force: true });
    t.skip(`a small file system can't be mounted here: ${mounted.error?.message ?? mounted.stderr.trim()}`);
    return undefined;
  }
  t.after(() => {
    spawnSync('umount', ['--lazy', path]);
    // A process that was started meanwhile may have it for a moment in a table of mounts of its own, as browsers do.
    rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return {
    path,
    usedBytes: () => {
      const { blocks, bfree, bsize } = statfsSync(path);
      return (blocks - bfree) * bsize;
    },
    freeBytes: () => {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    },
    makeReadOnly: () => remount(path, 'ro'),
    resize: (to) => remount(path, `size=${to}`),
  };
}
