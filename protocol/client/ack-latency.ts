/** Batches whose latency is remembered; enough for a steady p99. */
const samplesMax = 1024;

/** Time from the first sending of a batch to its settling, over the last batches. Constant memory. */
export class AckLatency {
  readonly #samples = new Float64Array(samplesMax);
  #count = 0;

  add(latencyMs: number): void {
    this.#samples[this.#count++ % samplesMax] = latencyMs;
  }

  /** Nearest rank: the smallest sample with at least `fraction` of the samples at or below it; 0 without samples. */
  quantile(fraction: number): number {
    const size = Math.min(this.#count, samplesMax);
    if (size === 0) return 0;
    const sorted = this.#samples.slice(0, size).sort();
    return sorted[Math.max(0, Math.ceil(fraction * size) - 1)]!;
  }
}
