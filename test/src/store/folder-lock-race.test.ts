import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LockOutcome, LockRound } from './folder-lock-process.js';
import { inFolderAsync } from './temporary-folder.js';

const PROCESSES = 4;
const ROUNDS = 30;

/** No process has this number: Linux gives none above 2^22. */
const DEAD_PID = 2 ** 22 + 1;

function reach(child: ChildProcess, round: LockRound): Promise<LockOutcome> {
  return new Promise((resolve, reject) => {
    child.once('message', ({ outcome }: { outcome: LockOutcome }) => resolve(outcome));
    child.once('exit', () => reject(new Error('a process of the test ended')));
    child.send(round);
  });
}

test('take() lets one process win when several find the lock of a dead one at once', async () => {
  // A regression: each removed what it had found dead, and with it the lock of the one that had been faster; or it put that back, and
  // a third had found none meanwhile.
  const module = fileURLToPath(new URL(`./folder-lock-process${extname(import.meta.url)}`, import.meta.url));
  const children = Array.from({ length: PROCESSES }, () => fork(module));
  try {
    await inFolderAsync(async (parent) => {
      for (let round = 0; round < ROUNDS; round++) {
        const folder = join(parent, String(round));
        mkdirSync(folder);
        writeFileSync(join(folder, 'millrace.pid'), `${DEAD_PID} 5\n`);
        // Time for every process to hear of the round; the first one also starts them.
        const atMs = Date.now() + 3;
        const outcomes = await Promise.all(children.map((child) => reach(child, { folder, atMs })));
        const holds = outcomes.filter((outcome) => outcome !== undefined);
        assert.ok(holds.length > 0, 'nobody got the folder');
        for (const a of holds) {
          const others = holds.filter(
            (b) => b !== a && b.heldFromMs < a.heldToMs && a.heldFromMs < b.heldToMs,
          );
          assert.deepEqual(others, [], `round ${round}: two held the folder at once`);
        }
      }
    });
  } finally {
    for (const child of children) {
      child.removeAllListeners('exit');
      if (child.connected) child.disconnect();
    }
  }
});
