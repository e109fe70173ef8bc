import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Clock ticks a second in /proc: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The real engine in a process and a folder of its own, which go with `stop`. */
export class EngineProcess {
  readonly url: string;
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, folder: string) {
    this.#child = child;
    this.url = url;
    this.folder = folder;
  }

  /** Starts an engine on a free port and waits until it listens. */
  static async start(flags: readonly string[] = [], folder?: string): Promise<EngineProcess> {
    const data = folder ?? mkdtempSync(join(tmpdir(), 'millrace-bench-'));
    const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--data', data, '--log-level', 'warn', ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout!.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /listening on (http:\/\/\S+)/.exec(text);
        if (found !== null) resolve(found[1]!);
      });
      child.once('exit', (code) => reject(new Error(`the engine ended with ${code} before it listened`)));
    });
    return new EngineProcess(child, url, data);
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

  async json<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Ends the engine as a user does, or at once with SIGKILL. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }

  removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
