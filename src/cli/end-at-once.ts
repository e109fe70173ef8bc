/** How long the signal may take to reach the process that it ends, ms: none, but for the first process of a container. */
const SIGNAL_MS = 500;

/**
 * Ends this process by a signal of its own, as somebody else's `kill` does, and so without Node's cleanup: on `process.exit` Node ends each thread
 * where it is, and a thread that is within a write transaction of LMDB then waits for ever for a lock that it holds itself (lmdb 3.5.6,
 * EnvWrap::cleanupStrayTxns), and the process with it, its port still open.
 *
 * The first process of a container gets no signal that it has no handler for; it ends with `process.exit` after all.
 */
export function endAtOnce(signal: 'SIGINT' | 'SIGKILL', exitCode: number): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(exitCode), SIGNAL_MS);
}
