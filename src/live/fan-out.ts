import type { Clock } from '../clock.js';
import { FAN_OUT_MS, FAN_OUT_RUN, FAN_OUT_WINDOWS_SHARE } from './limits.js';
import type { Outbox } from './outbox.js';

/**
 * Tells the listeners of all feeds what there is to tell, on the socket thread, which has points to take in beside: a send is a system
 * call of some microseconds, so a bounded time a turn of the event loop, and what is left in the next one. Points go before
 * windows, which are told on a beat anyway; feeds take turns, so that one with thousands of listeners holds no other up.
 */
export class FanOut {
  readonly #clock: Clock;
  readonly #later: (act: () => void) => void;
  #points: Outbox[] = [];
  #windows: Outbox[] = [];
  readonly #queued = new Set<Outbox>();
  #isScheduled = false;

  /** `later` calls back when the event loop has looked after everything else. */
  constructor(clock: Clock, later: (act: () => void) => void) {
    this.#clock = clock;
    this.#later = later;
  }

  /** An outbox has something to tell. */
  add(outbox: Outbox, kind: 'points' | 'windows'): void {
    if (this.#queued.has(outbox)) return;
    this.#queued.add(outbox);
    if (kind === 'points') this.#points.push(outbox);
    else this.#windows.push(outbox);
  }

  /** Tells what was added, a turn's worth at once and the rest later. */
  run(): void {
    if (!this.#isScheduled) this.#turn();
  }

  #turn(): void {
    this.#isScheduled = false;
    const startMs = this.#clock.monotonicMs();
    const share = this.#windows.length === 0 ? 1 : 1 - FAN_OUT_WINDOWS_SHARE;
    this.#points = this.#tell(this.#points, startMs + FAN_OUT_MS * share);
    this.#windows = this.#tell(this.#windows, startMs + FAN_OUT_MS);
    if (this.#queued.size === 0) return;
    this.#isScheduled = true;
    this.#later(() => this.#turn());
  }

  /** Answers the outboxes that have more to tell, those that have waited longest first. */
  #tell(outboxes: readonly Outbox[], untilMs: number): Outbox[] {
    const more: Outbox[] = [...outboxes];
    let at = 0;
    for (; at < more.length; at++) {
      const outbox = more[at]!;
      const hasMore = tellSome(outbox);
      if (hasMore) more.push(outbox);
      else this.#queued.delete(outbox);
      if (this.#clock.monotonicMs() >= untilMs) {
        at++;
        break;
      }
    }
    return more.slice(at);
  }
}

/** Tells up to FAN_OUT_RUN listeners; false when nothing is left to tell. */
function tellSome(outbox: Outbox): boolean {
  for (let i = 0; i < FAN_OUT_RUN; i++) if (!outbox.tellNext()) return false;
  return true;
}
