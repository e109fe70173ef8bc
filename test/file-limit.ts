import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach } from 'node:test';
import { isMainThread } from 'node:worker_threads';
import { FILE_MINUTES_MAX } from './limits.js';

/**
 * Loaded before each test file (`--import`): a file that does not end, because something hangs or because a test that failed left something running, fails
 * here with what it waits for. Without it the whole run would wait, and say nothing.
 */
let running = 'no test';

if (isMainThread) {
  beforeEach((t) => {
    running = 'name' in t ? t.name : running;
  });
  setTimeout(giveUp, FILE_MINUTES_MAX * 60_000).unref();
}

function giveUp(): void {
  const children = childrenOf(process.pid);
  console.error(
    `not ended after ${FILE_MINUTES_MAX} minutes; last begun: ${running}; open: ${process.getActiveResourcesInfo().join(', ')}; processes: ${children.map(commandOf).join('; ')}`,
  );
  for (const child of children) {
    try {
      process.kill(child, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  // Not `process.exit`, which waits for threads (src/cli/end-at-once.ts).
  process.kill(process.pid, 'SIGKILL');
}

function childrenOf(pid: number): number[] {
  try {
    const ofThread = (thread: string): string => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      ofThread(thread).split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** With where in the kernel it waits, if it does. */
function commandOf(pid: number): string {
  const read = (name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', ' ').trim();
    } catch {
      return '';
    }
  };
  return `${pid} ${read('cmdline')} (${read('wchan')})`;
}
