import { formatDuration } from '../../time/duration.js';
import type { CliHost } from '../cli-host.js';
import type { TargetStats } from './target.js';

/** How often the line is written: over itself on a terminal, below itself in a file. */
const EVERY_MS_TERMINAL = 200;
const EVERY_MS_FILE = 5_000;
const BAR_LENGTH = 24;

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** Writes how far a run is, on standard error. */
export class Progress {
  readonly #host: CliHost;
  readonly #count: number;
  readonly #startedMs: number;
  #writtenMs: number;

  constructor(host: CliHost, count: number) {
    this.#host = host;
    this.#count = count;
    this.#startedMs = host.clock.monotonicMs();
    this.#writtenMs = this.#startedMs;
  }

  /** Writes the line when it is time for it. */
  update(stats: TargetStats): void {
    const nowMs = this.#host.clock.monotonicMs();
    if (nowMs - this.#writtenMs < (this.#host.isTerminal ? EVERY_MS_TERMINAL : EVERY_MS_FILE)) return;
    this.#writtenMs = nowMs;
    this.#host.err(this.#host.isTerminal ? `\r\x1b[K${this.line(stats)}` : `${this.line(stats)}\n`);
  }

  line(stats: TargetStats): string {
    const part = Math.min(1, (stats.accepted + stats.rejected) / this.#count);
    const full = Math.round(part * BAR_LENGTH);
    const bar = `[${'#'.repeat(full)}${'.'.repeat(BAR_LENGTH - full)}]`;
    return `${bar} ${Math.floor(part * 100)} %  ${this.#numbers(stats)}`;
  }

  /** The last words, on standard output. */
  summary(stats: TargetStats): void {
    if (this.#host.isTerminal) this.#host.err('\r\x1b[K');
    const seconds = Math.round((this.#host.clock.monotonicMs() - this.#startedMs) / 100) / 10;
    const { accepted, rejected, busy, ackP50Ms } = stats;
    const reasons = Object.entries(stats.reasons).map(([reason, count]) => `${reason} ${count}`);
    this.#host.out(
      `${grouped.format(accepted)} accepted, ${grouped.format(rejected)} rejected${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}, of ${grouped.format(this.#count)} in ${seconds} s\n` +
        `${this.#numbers(stats)}, p50 ${ackP50Ms.toFixed(1)} ms${busy > 0 ? `; the server was busy ${busy} times` : ''}\n`,
    );
  }

  #numbers(stats: TargetStats): string {
    const done = stats.accepted + stats.rejected;
    const elapsedMs = Math.max(1, this.#host.clock.monotonicMs() - this.#startedMs);
    return `${grouped.format(done)} points, ${grouped.format((done / elapsedMs) * 1000)} points/s, ACK p99 ${stats.ackP99Ms.toFixed(1)} ms`;
  }
}

/** What a run is going to do, in a sentence. */
export function announcement(options: {
  count: number;
  metric: string;
  pattern: string;
  hosts: number;
  spanMs: number;
  isHistory: boolean;
  baseUrl: string;
  isBinary: boolean;
}): string {
  const when = options.isHistory ? 'of the last' : 'over the next';
  const how = options.isBinary ? 'the binary protocol' : 'JSON';
  return `sending ${grouped.format(options.count)} points of ${options.metric} (${options.pattern}, ${options.hosts} ${options.hosts === 1 ? 'host' : 'hosts'}) ${when} ${formatDuration(options.spanMs)} to ${options.baseUrl} by ${how}`;
}
