import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiled command line. */
export const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Clock ticks a second in /proc: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What a start or a stop may take before the engine counts as hanging, ms: many times what those of a million series do. */
const START_STOP_MS_MAX = 120_000;

const tookTooLong = `was killed after ${START_STOP_MS_MAX} ms:`;

/** What is kept of a process's standard error, characters. */
const ERROR_TEXT_MAX = 16_384;

export interface EngineOptions {
  /** An existing data folder; without it one is made. */
  folder?: string;
  flags?: readonly string[];
  /** Whether it rehearses while it has nothing else to do, as users' engines do; no where it isn't said: that takes CPU beside what is looked at. */
  rehearses?: boolean;
}

/** The engine ended before it listened. */
export class EngineStartError extends Error {
  readonly exitCode: number | null;
  readonly errors: string;

  constructor(exitCode: number | null, errors: string) {
    super(`the engine ended with ${exitCode} before it listened: ${errors}`);
    this.exitCode = exitCode;
    this.errors = errors;
  }
}

/** This process's environment without the variables that the engine would take for its configuration. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_')));
}

/** The real engine in a process and a folder of its own, which go with `stop`. */
export class EngineProcess {
  readonly url: string;
  readonly folder: string;
  readonly #child: ChildProcess;
  /** What it has written to standard error. */
  readonly #errors: () => string;

  private constructor(child: ChildProcess, url: string, folder: string, errors: () => string) {
    this.#child = child;
    this.#errors = errors;
    this.url = url;
    this.folder = folder;
  }

  /** Starts an engine, on a free port unless the flags name one, and waits until it listens. */
  static async start({ folder, flags = [], rehearses = false }: EngineOptions = {}): Promise<EngineProcess> {
    const data = folder ?? mkdtempSync(join(tmpdir(), 'millrace-'));
    const port = flags.includes('--port') ? [] : ['--port', '0'];
    const rehearsal = rehearses ? [] : ['--rehearsal', 'false'];
    const child = spawn(
      process.execPath,
      [MAIN, 'serve', ...port, '--data', data, '--log-level', 'warn', ...rehearsal, ...flags],
      { stdio: ['ignore', 'pipe', 'pipe'], env: environment() },
    );
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-ERROR_TEXT_MAX);
    });
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      const tooLong = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new EngineStartError(null, `${tookTooLong} ${errors}`));
      }, START_STOP_MS_MAX);
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /listening on (http:\/\/\S+)/.exec(text);
        if (found === null) return;
        clearTimeout(tooLong);
        resolve(found[1]!);
      });
      child.once('exit', (code) => {
        clearTimeout(tooLong);
        reject(new EngineStartError(code, errors));
      });
    });
    return new EngineProcess(child, url, data, () => errors);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** What it was ended by; null while it runs, or when it ended by itself. */
  get signalCode(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  /** What it has written to standard error, the last of it. */
  get errors(): string {
    return this.#errors();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** CPU seconds of the process so far, user and system. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Resident memory, bytes. */
  residentBytes(): number {
    const found = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) * 1_024;
  }

  /** Memory of its own, shared buffers included, without the pages of files that it has mapped, bytes. */
  ownBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const kib = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
    return (kib('RssAnon') + kib('RssShmem')) * 1_024;
  }

  async json<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Ends the engine as a user does, or at once with SIGKILL. @throws when it does not end */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    let isTooLong = false;
    const tooLong = setTimeout(() => {
      isTooLong = true;
      this.#child.kill('SIGKILL');
    }, START_STOP_MS_MAX);
    await ended;
    clearTimeout(tooLong);
    if (isTooLong) throw new Error(`the engine that got ${signal} ${tookTooLong} ${this.#errors()}`);
  }

  removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
