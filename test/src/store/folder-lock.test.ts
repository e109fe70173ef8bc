import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MillraceError } from '../../../src/errors.js';
import { FolderLock } from '../../../src/store/folder-lock.js';
import { inFolder, inFolderAsync } from './temporary-folder.js';

const pidPath = (folder: string): string => join(folder, 'millrace.pid');

/** A process that waits until it is killed. */
function start(): ChildProcess & { pid: number } {
  return spawn('sleep', ['60']) as ChildProcess & { pid: number };
}

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.once('exit', resolve));

/** When a process began, as the kernel says. */
function beganAt(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
}

function checkInUse(folder: string, pid: number): void {
  assert.throws(
    () => FolderLock.take(folder),
    (error) =>
      error instanceof MillraceError &&
      error.code === 'MR_FOLDER_IN_USE' &&
      error.message.includes(`in use by process ${pid}`) &&
      error.message.includes('--data'),
  );
  // Whoever was refused leaves nothing behind.
  assert.deepEqual(readdirSync(folder), ['millrace.pid']);
}

function checkTaken(folder: string): void {
  const lock = FolderLock.take(folder);
  assert.match(readFileSync(pidPath(folder), 'utf8'), new RegExp(`^${process.pid} \\d+\\n$`));
  assert.deepEqual(readdirSync(folder), ['millrace.pid']);
  lock.release();
  assert.deepEqual(readdirSync(folder), []);
}

test('take() holds a folder until release(), against this process too', () => {
  inFolder((folder) => {
    const lock = FolderLock.take(folder);
    checkInUse(folder, process.pid);
    lock.release();
    checkTaken(folder);
  });
});

test('take() refuses a folder whose process lives, and takes it when that one is dead', async () => {
  await inFolderAsync(async (folder) => {
    const child = start();
    const text = `${child.pid} ${beganAt(child.pid)}\n`;
    writeFileSync(pidPath(folder), text);
    checkInUse(folder, child.pid);
    assert.equal(readFileSync(pidPath(folder), 'utf8'), text);
    child.kill('SIGKILL');
    await ended(child);
    checkTaken(folder);
  });
});

test('take() refuses a folder of a living process of which no begin is known', async () => {
  await inFolderAsync(async (folder) => {
    const child = start();
    writeFileSync(pidPath(folder), `${child.pid} unknown\n`);
    checkInUse(folder, child.pid);
    child.kill('SIGKILL');
    await ended(child);
  });
});

test('take() leaves the lock of a dead process to the one that is about to replace it, unless that is dead as well', async () => {
  await inFolderAsync(async (folder) => {
    const child = start();
    const heir = `${pidPath(folder)}.next`;
    const text = `${child.pid} ${beganAt(child.pid)}\n`;
    writeFileSync(pidPath(folder), 'nonsense');
    writeFileSync(heir, text);
    assert.throws(() => FolderLock.take(folder), new RegExp(`in use by process ${child.pid}`));
    assert.deepEqual(readdirSync(folder).sort(), ['millrace.pid', 'millrace.pid.next']);
    assert.deepEqual([readFileSync(pidPath(folder), 'utf8'), readFileSync(heir, 'utf8')], ['nonsense', text]);
    child.kill('SIGKILL');
    await ended(child);
    checkTaken(folder);
  });
});

test('take() takes a folder when its process id was given to another process', async () => {
  await inFolderAsync(async (folder) => {
    const child = start();
    writeFileSync(pidPath(folder), `${child.pid} ${Number(beganAt(child.pid)) - 1}\n`);
    checkTaken(folder);
    child.kill('SIGKILL');
    await ended(child);
  });
});

test('take() takes a folder when its lock file says nothing of a process', () => {
  const check = (text: string) =>
    inFolder((folder) => {
      writeFileSync(pidPath(folder), text);
      checkTaken(folder);
    });
  check('');
  check('nonsense');
  check('-1 5');
  check('0 5');
  check('1.5 5');
});

test('take() says that a folder cannot be locked when no file can be made there', () => {
  inFolder((parent) => {
    const check = (folder: string) =>
      assert.throws(
        () => FolderLock.take(folder),
        (error) =>
          error instanceof MillraceError &&
          error.code === 'MR_FOLDER_ACCESS' &&
          /can't be locked/.test(error.message),
      );
    check(join(parent, 'nowhere'));
    writeFileSync(join(parent, 'file'), '');
    check(join(parent, 'file'));
  });
});
