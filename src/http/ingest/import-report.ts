import { formatTime } from '../../time/format-time.js';
import { HandleSet } from './handle-set.js';
import { IngestReport } from './ingest-report.js';

/** What became of imported points: also how many series they are of, and from when to when. */
export class ImportReport extends IngestReport {
  readonly #nowMs: number;
  readonly #series = new HandleSet();
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs the time of points without one */
  constructor(nowMs: number) {
    super();
    this.#nowMs = nowMs;
  }

  override accept(series: number, timeMs: number | undefined): void {
    super.accept(series, timeMs);
    const time = timeMs ?? this.#nowMs;
    if (time < this.#fromMs) this.#fromMs = time;
    if (time > this.#toMs) this.#toMs = time;
    this.#series.add(series);
  }

  override add(part: this): void {
    super.add(part);
    this.#fromMs = Math.min(this.#fromMs, part.#fromMs);
    this.#toMs = Math.max(this.#toMs, part.#toMs);
    this.#series.addAll(part.#series);
  }

  override reset(): void {
    super.reset();
    this.#series.clear();
    this.#fromMs = Number.POSITIVE_INFINITY;
    this.#toMs = Number.NEGATIVE_INFINITY;
  }

  override fields(): Record<string, unknown> {
    const { accepted, rejected, errors } = this;
    const [from, to] = accepted === 0 ? [null, null] : [formatTime(this.#fromMs), formatTime(this.#toMs)];
    return { imported: accepted, rejected, errors, series: this.#series.size, from, to };
  }
}
