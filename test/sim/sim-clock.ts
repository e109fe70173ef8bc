interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A Saturday in 2025. */
const EPOCH_MS = 1_764_460_800_000;

/**
 * All time of a simulated world: a steady one, which timers follow, and the engine's time of day, which somebody may set.
 * Producers run on other machines whose clocks nobody sets.
 */
export class SimClock {
  #elapsedMs = 0;
  #skewMs = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** The engine's time of day. */
  readonly nowMs = (): number => EPOCH_MS + this.#elapsedMs + this.#skewMs;
  readonly monotonicMs = (): number => this.#elapsedMs;
  /** The producers' time of day. */
  readonly outsideMs = (): number => EPOCH_MS + this.#elapsedMs;

  /** Somebody sets the engine's clock. */
  jump(byMs: number): void {
    this.#skewMs += byMs;
  }

  readonly setTimer = (callback: () => void, delayMs: number): unknown => {
    const timer = { atMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return timer;
  };

  readonly clearTimer = (handle: unknown): void => {
    this.#timers.delete(handle as Timer);
  };

  /** Lets `ms` pass and runs the timers that fall due, in order. */
  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms;
    for (let due = this.#next(); due !== undefined && due.atMs <= untilMs; due = this.#next()) {
      this.#elapsedMs = Math.max(this.#elapsedMs, due.atMs);
      this.#timers.delete(due);
      due.callback();
    }
    this.#elapsedMs = untilMs;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (
        next === undefined ||
        timer.atMs < next.atMs ||
        (timer.atMs === next.atMs && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    return next;
  }
}
