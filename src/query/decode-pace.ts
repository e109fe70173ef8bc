/** Steps of 10 ns (work.ts) that decoding a cell takes until more is known, by the length of its window, ms: the longer, the more values there are to be told apart. */
const STEPS_AT_FIRST: readonly (readonly [windowMs: number, steps: number])[] = [
  [60_000, 5],
  [300_000, 15],
  [3_600_000, 150],
  [86_400_000, 500],
];
const STEPS_PER_MS = 100_000;

/** How much of what is known each run changes, and each question about it takes back. */
const LEARNED = 0.1;
const FORGOTTEN = 0.02;
/** How many times the present pace a run may count as: a thread that was held up meanwhile says nothing of decoding. */
const SAMPLE_MAX = 8;

/**
 * How long it took lately to decode a cell, by the length of its window: from 30 ns to tens of microseconds, depending on how many buckets its sketch has and on
 * whether the code is compiled yet. What is said to take long is not decoded, and so would never be found to take less: each question about it takes it for a
 * little less, down to where it began.
 */
export class DecodePace {
  readonly #windows = new Map(STEPS_AT_FIRST.map(([windowMs, steps]) => [windowMs, { least: steps, steps }]));

  /** How many steps so many cells are going to take. */
  stepsOf(windowMs: number, cells: number): number {
    return this.#of(windowMs).steps * cells;
  }

  /** Takes that a question is asked. */
  asked(windowMs: number): void {
    const pace = this.#of(windowMs);
    pace.steps = Math.max(pace.least, pace.steps * (1 - FORGOTTEN));
  }

  /** Takes how long the cells of a run took. */
  note(windowMs: number, cells: number, ms: number): void {
    const pace = this.#of(windowMs);
    const steps = Math.min(SAMPLE_MAX * pace.steps, (ms * STEPS_PER_MS) / cells);
    pace.steps += LEARNED * (steps - pace.steps);
  }

  #of(windowMs: number): { least: number; steps: number } {
    let pace = this.#windows.get(windowMs);
    if (pace === undefined) {
      pace = { least: 1, steps: 1 };
      this.#windows.set(windowMs, pace);
    }
    return pace;
  }
}
