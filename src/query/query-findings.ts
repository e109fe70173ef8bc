import { DAMAGED_PLACES_KEPT } from './limits.js';

/** What queries of one thread met that could not be read and was passed over. Each place is counted once. */
export class QueryFindings {
  readonly #places = new Set<string>();
  #untold: string[] = [];

  /** `what` is the kind of value, `where` says to a person where it lies. */
  add(what: string, where: string): void {
    const place = `${what} at ${where}`;
    if (this.#places.has(place) || this.#places.size >= DAMAGED_PLACES_KEPT) return;
    this.#places.add(place);
    this.#untold.push(place);
  }

  /** What was found since the last call. */
  take(): string[] {
    const untold = this.#untold;
    if (untold.length > 0) this.#untold = [];
    return untold;
  }
}
