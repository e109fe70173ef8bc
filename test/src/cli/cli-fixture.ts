import { Readable, Writable } from 'node:stream';
import type { CliHost } from '../../../src/cli/cli-host.js';
import { runCli } from '../../../src/cli/program.js';
import { systemClock } from '../../../src/clock.js';

/** A process that remembers what it printed. */
export class FakeHost implements CliHost {
  stdout = '';
  stderr = '';
  env: Record<string, string | undefined> = {};
  isTerminal = false;
  clock = systemClock;
  input: Readable = Readable.from([]);
  ends: string[] = [];
  readonly listeners = new Set<(signal: string) => void>();
  readonly crashListeners = new Set<(error: unknown) => void>();

  out = (text: string): void => {
    this.stdout += text;
  };

  stdin = (): Readable => this.input;

  /** Adds to `stdout`. */
  outStream = (): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.stdout += chunk.toString();
        done();
      },
    });

  err = (text: string): void => {
    this.stderr += text;
  };

  onSignal = (listener: (signal: string) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  errNow = this.err;

  onCrash = (listener: (error: unknown) => void): (() => void) => {
    this.crashListeners.add(listener);
    return () => this.crashListeners.delete(listener);
  };

  endAtOnce = (signal: string): void => {
    this.ends.push(signal);
  };

  signal(): void {
    for (const listener of [...this.listeners]) listener('SIGTERM');
  }

  run(...argv: string[]): Promise<number> {
    return runCli(argv, this);
  }
}

/** Waits until something holds, for at most five seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
