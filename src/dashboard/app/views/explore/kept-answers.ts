/** What was kept, and when it came. */
export interface Kept<T> {
  value: T;
  atMs: number;
}

/** The last answers to different questions, so that who goes back sees at once what was there, until the engine has answered anew. */
export class KeptAnswers<T> {
  readonly #max: number;
  /** Those that were answered last stand at the end. */
  readonly #kept = new Map<string, Kept<T>>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): Kept<T> | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, kept: Kept<T>): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (this.#kept.size <= this.#max) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}
