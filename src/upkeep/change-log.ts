import type { Clock } from '../clock.js';
import { formatSize } from '../format-size.js';
import type { Logger } from '../log.js';
import type { StoreFinding } from '../store/findings.js';
import type { ChangeWatcher } from './change-workers.js';
import { PROGRESS_LOG_MS } from './limits.js';

/** Tells of a change of workers in the engine's log: that it begins, how far it is now and then, and how long it took. */
export class ChangeLog implements ChangeWatcher {
  readonly #log: Logger;
  readonly #clock: Clock;
  #startedMs = 0;
  #toldMs = 0;

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  onStart(from: number, to: number, bytes: number): void {
    this.#startedMs = this.#toldMs = this.#clock.monotonicMs();
    this.#log.info({ from, to, size: formatSize(bytes) }, 'changing the number of workers: copying the data');
  }

  onProgress(copiedBytes: number, bytes: number): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#toldMs < PROGRESS_LOG_MS) return;
    this.#toldMs = nowMs;
    const percent = Math.floor((100 * copiedBytes) / Math.max(1, bytes));
    this.#log.info({ percent, copied: formatSize(copiedBytes) }, 'changing the number of workers');
  }

  onFinding(finding: StoreFinding): void {
    this.#log.warn(finding, 'found damaged before the number of workers is changed');
  }

  onDone(workers: number): void {
    const durationMs = Math.round(this.#clock.monotonicMs() - this.#startedMs);
    this.#log.info({ workers, durationMs }, 'the number of workers is changed');
  }
}
