/** Samples kept: a minute of seconds and the one before. */
const SAMPLES = 61;

/** Rates of a growing count over the last 1, 10 and 60 seconds. Fed once a second. */
export class RateMeter {
  readonly #counts = new Float64Array(SAMPLES);
  readonly #timesMs = new Float64Array(SAMPLES);
  #samples = 0;

  sample(count: number, monotonicMs: number): void {
    const at = this.#samples++ % SAMPLES;
    this.#counts[at] = count;
    this.#timesMs[at] = monotonicMs;
  }

  /** Per second, over the last `seconds` samples or as many as there are; 0 before the second. */
  perSecond(seconds: number): number {
    const back = Math.min(seconds, this.#samples - 1, SAMPLES - 1);
    if (back < 1) return 0;
    const newest = (this.#samples - 1) % SAMPLES;
    const oldest = (this.#samples - 1 - back) % SAMPLES;
    const ms = this.#timesMs[newest]! - this.#timesMs[oldest]!;
    return ms > 0 ? ((this.#counts[newest]! - this.#counts[oldest]!) * 1_000) / ms : 0;
  }
}
