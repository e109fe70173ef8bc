/** How the asker is to go on. */
export const PACE_FAST = 0;
export const PACE_SLOW = 1;
export const PACE_STOP = 2;

const WORD_PACE = 0;
const WORD_THREADS = 1;
const WORDS = 2;

/** What the socket thread and the asker tell each other through shared memory: one says how fast, the other who is to answer. */
export class Conduct {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(WORDS * 4)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  get pace(): number {
    return Atomics.load(this.#words, WORD_PACE);
  }

  /** Written by the socket thread. */
  set pace(pace: number) {
    Atomics.store(this.#words, WORD_PACE, pace);
  }

  /** Whether query threads are to answer what the socket thread might answer itself. */
  get isOnThreads(): boolean {
    return Atomics.load(this.#words, WORD_THREADS) === 1;
  }

  /** Written by the asker. */
  set isOnThreads(isSo: boolean) {
    Atomics.store(this.#words, WORD_THREADS, isSo ? 1 : 0);
  }
}
