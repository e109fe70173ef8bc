import { formatDuration } from '../../time/duration.js';
import type { CliHost } from '../cli-host.js';
import { grouped, ProgressLine } from '../progress-line.js';
import type { TargetStats } from './target.js';

/** Says how far a run of the generator is, and how it went. */
export class Progress {
  readonly #host: CliHost;
  readonly #count: number;
  readonly #line: ProgressLine;

  constructor(host: CliHost, count: number) {
    this.#host = host;
    this.#count = count;
    this.#line = new ProgressLine(host);
  }

  /** Writes the line when it is time for it. */
  update(stats: () => TargetStats): void {
    this.#line.update(() => {
      const now = stats();
      const points = now.accepted + now.rejected;
      return { part: Math.min(1, points / this.#count), points, note: ackText(now) };
    });
  }

  /** The last words, on standard output. */
  summary(stats: TargetStats): void {
    this.#line.clear();
    const seconds = Math.round(this.#line.elapsedMs / 100) / 10;
    const { accepted, rejected, busy, ackP50Ms } = stats;
    const reasons = Object.entries(stats.reasons).map(([reason, count]) => `${reason} ${count}`);
    this.#host.out(
      `${grouped.format(accepted)} accepted, ${grouped.format(rejected)} rejected${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}, of ${grouped.format(this.#count)} in ${seconds} s\n` +
        `${this.#line.numbers(accepted + rejected)}, ${ackText(stats)}, p50 ${ackP50Ms.toFixed(1)} ms${busy > 0 ? `; the server was busy ${busy} times` : ''}\n`,
    );
  }
}

const ackText = ({ ackP99Ms }: TargetStats): string => `ACK p99 ${ackP99Ms.toFixed(1)} ms`;

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
