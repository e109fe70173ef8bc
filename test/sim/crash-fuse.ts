/** A thread ends here and now, as by a power cut or a segmentation fault: whoever runs it drops all that it had. */
export class SimCrash extends Error {
  override readonly name = 'SimCrash';
}

/**
 * Ends a shard's worker inside a duty cycle. Every store call burns a tick, before it and after a commit, and so does
 * every point offered to the live windows: so a worker may die at any moment that could matter, with a commit that it never
 * heard of, or in the middle of an append.
 */
export class CrashFuse {
  #ticks = Number.POSITIVE_INFINITY;
  #among: 'all' | 'commits' = 'all';
  #other: CrashFuse | undefined;

  /** Burns with another, whose ticks count those of all that burn with it. */
  join(other: CrashFuse | undefined): void {
    this.#other = other;
  }

  /** The `ticks`-th tick from now on crashes, of all or of those around commits. */
  arm(ticks: number, among: 'all' | 'commits' = 'all'): void {
    this.#ticks = ticks;
    this.#among = among;
  }

  disarm(): void {
    this.#ticks = Number.POSITIVE_INFINITY;
  }

  tick(where: string): void {
    this.#other?.tick(where);
    if (this.#among === 'commits' && !where.endsWith('a commit')) return;
    if (--this.#ticks > 0) return;
    this.disarm();
    throw new SimCrash(where);
  }
}
