import { build, type Histogram } from 'hdr-histogram-js';
import { errorText, MillraceError } from '../../errors.js';
import { formatTime } from '../../time/format-time.js';
import { problemDetail, request } from '../http-client.js';
import { hostName, type PointBatch, type Target, type TargetOptions, type TargetStats } from './target.js';

/** Requests under way at once: enough to keep the server's log busy, few enough that its answers say how it is. */
const IN_FLIGHT_MAX = 4;
/** How long a server may be gone in the middle of a run, ms. */
const GONE_MS_MAX = 30_000;
const GONE_RETRY_MS = 500;

interface Answer {
  accepted?: number;
  /** What a history calls it. */
  imported?: number;
  rejected: number;
  errors: { reason: string }[];
}

/** Sends batches as JSON, a history to where it may be as old as it likes, again and again where the server says it is busy. */
export class HttpTarget implements Target {
  readonly #options: TargetOptions;
  readonly #path: string;
  readonly #opening: string;
  readonly #signal: AbortSignal;
  readonly #prefix: string;
  readonly #labels: readonly string[];
  readonly #underWay = new Set<Promise<void>>();
  /** Microseconds. */
  readonly #latency: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3.6e9,
    useWebAssembly: false,
  });
  readonly #reasons: Record<string, number> = {};
  #accepted = 0;
  #rejected = 0;
  #busy = 0;
  #failure: unknown;

  /** @param signal ends waiting for a busy server */
  constructor(options: TargetOptions, signal: AbortSignal) {
    this.#options = options;
    this.#path = options.isHistory ? '/backfill/import' : '/api/v1/record';
    this.#opening = options.isHistory ? '{"metrics":[' : '{"data":[';
    this.#signal = signal;
    this.#prefix = `{"name":${JSON.stringify(options.metric)},"labels":`;
    this.#labels = Array.from({ length: options.hosts }, (_, host) =>
      JSON.stringify({ host: hostName(host, options.hosts) }),
    );
  }

  async send(batch: PointBatch): Promise<void> {
    this.#mustBeWell();
    const post = this.#post(this.#body(batch), batch.values.length)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#underWay.delete(post));
    this.#underWay.add(post);
    while (this.#underWay.size >= IN_FLIGHT_MAX) await Promise.race(this.#underWay);
    this.#mustBeWell();
  }

  async finish(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#mustBeWell();
  }

  stats(): TargetStats {
    return {
      accepted: this.#accepted,
      rejected: this.#rejected,
      busy: this.#busy,
      ackP50Ms: this.#latency.getValueAtPercentile(50) / 1000,
      ackP99Ms: this.#latency.getValueAtPercentile(99) / 1000,
      reasons: this.#reasons,
    };
  }

  #mustBeWell(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #body({ hosts, timesMs, values }: PointBatch): string {
    const points = Array.from(
      hosts,
      (host, at) =>
        `${this.#prefix}${this.#labels[host]},"timestamp":"${formatTime(timesMs[at]!)}","value":${values[at]}}`,
    );
    return `${this.#opening}${points.join(',')}]}`;
  }

  async #post(body: string, count: number): Promise<void> {
    let goneSinceMs = Number.NaN;
    for (;;) {
      const startedMs = performance.now();
      let response: Response;
      try {
        response = await request(this.#options.baseUrl, this.#path, this.#init(body));
      } catch (error) {
        // A restart is bridged; a server that was never there isn't waited for, the caller has looked.
        if (Number.isNaN(goneSinceMs)) goneSinceMs = startedMs;
        if (startedMs - goneSinceMs > GONE_MS_MAX || this.#signal.aborted) throw error;
        await this.#pause(GONE_RETRY_MS);
        continue;
      }
      goneSinceMs = Number.NaN;
      const text = await response.text();
      if (response.status === 429 || response.status === 503) {
        this.#busy++;
        if (this.#signal.aborted)
          throw new MillraceError('MR_BUSY', `Stopped while the server was too busy: ${text}`);
        await this.#pause(retryAfterMs(response, text));
        continue;
      }
      this.#latency.recordValue(Math.max(1, Math.round((performance.now() - startedMs) * 1000)));
      this.#count(response.status, text, count);
      return;
    }
  }

  #init(body: string): RequestInit {
    const { token } = this.#options;
    const authorization: Record<string, string> =
      token === undefined ? {} : { Authorization: `Bearer ${token}` };
    return { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...authorization } };
  }

  #count(status: number, text: string, count: number): void {
    let answer: Partial<Answer> = {};
    try {
      answer = JSON.parse(text) as Partial<Answer>;
    } catch (error) {
      throw new MillraceError(
        'MR_BAD_ANSWER',
        `POST ${this.#path} answered ${status} with no JSON: ${errorText(error)}`,
      );
    }
    const { rejected, errors } = answer;
    const accepted = answer.accepted ?? answer.imported;
    if ((status !== 200 && status !== 400) || accepted === undefined || rejected === undefined) {
      throw new MillraceError(
        'MR_BAD_ANSWER',
        `POST ${this.#path} answered ${status} to ${count} points: ${problemDetail(text)}`,
      );
    }
    this.#accepted += accepted;
    this.#rejected += rejected;
    for (const { reason } of errors ?? []) this.#reasons[reason] = (this.#reasons[reason] ?? 0) + 1;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(end, ms);
      const signal = this.#signal;
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      }
      signal.addEventListener('abort', end);
    });
  }
}

/** The problem document tells milliseconds; the header only whole seconds. */
function retryAfterMs(response: Response, text: string): number {
  try {
    const { retry_after_ms: ms } = JSON.parse(text) as { retry_after_ms?: number };
    if (typeof ms === 'number' && ms >= 0) return Math.max(1, ms);
  } catch {
    // A proxy's answer, say; the header stands.
  }
  const seconds = Number(response.headers.get('retry-after') ?? '1');
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 1000;
}
