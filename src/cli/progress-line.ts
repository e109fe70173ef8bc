import { formatSize } from '../format-size.js';
import type { CliHost } from './cli-host.js';

/** How often the line is written: over itself on a terminal, below itself in a file. */
const EVERY_MS_TERMINAL = 200;
const EVERY_MS_FILE = 5_000;
const BAR_LENGTH = 24;

export const grouped: Intl.NumberFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** How far a run is. */
export interface RunState {
  /** From 0 to 1; undefined where nobody knows how long it will be, as of a pipe. */
  part: number | undefined;
  points: number;
  /** What else there is to say. */
  note: string;
}

/** Writes how far a long run is, on standard error: a bar, percent, points/s and the time left. */
export class ProgressLine {
  readonly #host: CliHost;
  readonly #startedMs: number;
  #writtenMs: number;

  constructor(host: CliHost) {
    this.#host = host;
    this.#startedMs = host.clock.monotonicMs();
    this.#writtenMs = this.#startedMs;
  }

  get elapsedMs(): number {
    return Math.max(1, this.#host.clock.monotonicMs() - this.#startedMs);
  }

  /** Writes the line when it is time for it. */
  update(state: () => RunState): void {
    this.write(() => this.line(state()));
  }

  /** The same of a copy of bytes. */
  updateCopy(copiedBytes: number, totalBytes: number): void {
    this.write(() => {
      const part = totalBytes === 0 ? 1 : copiedBytes / totalBytes;
      const speed = formatSize((copiedBytes * 1_000) / this.elapsedMs);
      return `${progressBar(part)}  ${formatSize(copiedBytes)} of ${formatSize(totalBytes)}, ${speed}/s${this.#left(part)}`;
    });
  }

  /** The same of what is counted otherwise. */
  updatePart(part: number, note: string): void {
    this.write(() => `${progressBar(part)}  ${note}${this.#left(part)}`);
  }

  /** Writes a line of another kind when it is time for it. */
  write(line: () => string): void {
    const nowMs = this.#host.clock.monotonicMs();
    if (nowMs - this.#writtenMs < (this.#host.isTerminal ? EVERY_MS_TERMINAL : EVERY_MS_FILE)) return;
    this.#writtenMs = nowMs;
    this.#host.err(this.#host.isTerminal ? `\r\x1b[K${line()}` : `${line()}\n`);
  }

  line({ part, points, note }: RunState): string {
    if (part === undefined) return `${this.numbers(points)}, ${note}`;
    return `${progressBar(part)}  ${this.numbers(points)}${this.#left(part)}, ${note}`;
  }

  #left(part: number): string {
    return part > 0 ? `, ${timeLeft((this.elapsedMs * (1 - part)) / part)} left` : '';
  }

  /** Points, and points a second since the start. */
  numbers(points: number): string {
    return `${grouped.format(points)} points, ${grouped.format(Math.round((points / this.elapsedMs) * 1_000))} points/s`;
  }

  /** Takes the line away, for other text to come. */
  clear(): void {
    if (this.#host.isTerminal) this.#host.err('\r\x1b[K');
  }
}

/** `[######......] 50 %`, of a part from 0 to 1. */
function progressBar(part: number): string {
  const full = Math.round(part * BAR_LENGTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_LENGTH - full)}] ${Math.floor(part * 100)} %`;
}

/** `7 s`, `3 min 20 s` or `2 h 05 min`. */
export function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${two(Math.floor(seconds / 60) % 60)} min`;
}
