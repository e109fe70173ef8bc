import { MillraceError } from '../../errors.js';
import { formatTime } from '../../time/format-time.js';
import { problemDetail, request, requestJson } from '../http-client.js';
import type { ExportRange, PointSource } from './point-source.js';

/** The points of a running server. */
export class ServerSource implements PointSource {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async metrics(): Promise<string[]> {
    const { metrics } = (await requestJson(this.#base, '/metrics/names')) as { metrics: string[] };
    return metrics;
  }

  async *points(metric: string, { match, startMs, endMs }: ExportRange): AsyncIterable<Uint8Array> {
    const query = new URLSearchParams({
      metric_name: metric,
      start: formatTime(startMs),
      end: formatTime(endMs),
      format: 'ndjson',
    });
    if (match !== undefined) query.set('match', match);
    const path = `/query/raw?${query}`;
    const response = await request(this.#base, path);
    if (response.status !== 200 || response.body === null) {
      throw new MillraceError(
        'MR_BAD_ANSWER',
        `${this.#base} gave no points of "${metric}": ${problemDetail(await response.text())}`,
      );
    }
    // The connection breaks when the server can't go on in the middle, which fetch throws.
    yield* response.body;
  }

  async close(): Promise<void> {}
}
