import { writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { type Clock, systemClock } from '../clock.js';
import { endAtOnce } from './end-at-once.js';

/** What a command may touch of the process, so that a test can give it something else. */
export interface CliHost {
  out(text: string): void;
  err(text: string): void;
  /** Standard error as well, written when it returns: for a process that ends behind it. */
  errNow(text: string): void;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether standard error is a terminal, where a progress line may be written over. */
  isTerminal: boolean;
  clock: Clock;
  stdin(): Readable;
  /** For what is too much to be held: `out` waits for nobody. */
  outStream(): Writable;
  /** Calls back on SIGINT or SIGTERM; answers how to stop listening. */
  onSignal(listener: (signal: string) => void): () => void;
  /** Calls back with an error that nobody caught; whoever listens ends the process. Answers how to stop listening. */
  onCrash(listener: (error: unknown) => void): () => void;
  /** Ends the process at once, threads and all, by a signal: a shell sees 128 and its number. */
  endAtOnce(signal: 'SIGINT' | 'SIGKILL'): void;
}

export const processHost: CliHost = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  errNow: (text) => void writeSync(process.stderr.fd, text),
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
  onCrash: (listener) => {
    process.on('uncaughtException', listener);
    return () => process.off('uncaughtException', listener);
  },
  endAtOnce,
};
