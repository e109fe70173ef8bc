import { RECENT_READ_MS, RECENT_READS_KEPT } from './limits.js';

/** Which places of the store were read lately, so that their pages are in memory. */
export class RecentReads {
  /** When each was read last, ms of the monotonic clock; the longest ago first. */
  readonly #readMs = new Map<string, number>();

  has(place: string, nowMs: number): boolean {
    const readMs = this.#readMs.get(place);
    return readMs !== undefined && nowMs - readMs < RECENT_READ_MS;
  }

  /** Notes that a place is read now. */
  note(place: string, nowMs: number): void {
    this.#readMs.delete(place);
    this.#readMs.set(place, nowMs);
    if (this.#readMs.size > RECENT_READS_KEPT)
      this.#readMs.delete(this.#readMs.keys().next().value as string);
  }

  /** The same; answers whether it was not noted in the first half of the time that it counts for. */
  noteAnew(place: string, nowMs: number): boolean {
    const readMs = this.#readMs.get(place);
    if (readMs !== undefined && nowMs - readMs < RECENT_READ_MS / 2) return false;
    this.note(place, nowMs);
    return true;
  }
}
