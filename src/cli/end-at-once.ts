/** How long a signal may take to reach the process that sends it to itself, ms: none at all. */
const SIGNAL_MS = 500;

/**
 * Ends this process by a signal of its own, as somebody else's `kill` does, and so without Node's cleanup: on `process.exit` Node ends each thread
 * where it is, and a thread that is within a write transaction of LMDB then waits for ever for a lock that it holds itself (lmdb 3.5.6,
 * EnvWrap::cleanupStrayTxns), and the process with it, its port still open.
 *
 * The first process of a container gets no signal that it has no handler for, not even this one. It ends by `abort`, which cleans up nothing either.
 */
export function endAtOnce(signal: 'SIGINT' | 'SIGKILL'): void {
  process.removeAllListeners(signal);
  if (process.pid === 1) process.abort();
  process.kill(process.pid, signal);
  setTimeout(() => process.abort(), SIGNAL_MS);
}
