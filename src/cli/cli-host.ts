import type { Readable, Writable } from 'node:stream';
import { type Clock, systemClock } from '../clock.js';

/** What a command may touch of the process, so that a test can give it something else. */
export interface CliHost {
  out(text: string): void;
  err(text: string): void;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether standard error is a terminal, where a progress line may be written over. */
  isTerminal: boolean;
  clock: Clock;
  stdin(): Readable;
  /** For what is too much to be held: `out` waits for nobody. */
  outStream(): Writable;
  /** Calls back on SIGINT or SIGTERM; answers how to stop listening. */
  onSignal(listener: (signal: string) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

export const processHost: CliHost = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  isTerminal: process.stderr.isTTY === true,
  clock: systemClock,
  stdin: () => process.stdin,
  outStream: () => process.stdout,
  onSignal: (listener) => {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
    return () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    };
  },
  exit: (code) => process.exit(code),
};
