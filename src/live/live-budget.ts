import { tooBig } from '../query/stop-check.js';
import { FEED_BYTES_MAX, FEED_SERIES_MAX, LIVE_BYTES_MAX, LIVE_SERIES_MAX } from './limits.js';

const NARROW = 'Subscribe to fewer series (host=, match=), to fewer groups (group_by=) or to longer windows.';

/** What all feeds of the live thread hold together: series that they follow, and bytes of their windows. */
export class LiveBudget {
  series = 0;
  bytes = 0;

  /** The part of one feed, which must be given back. */
  open(): FeedBudget {
    return new FeedBudget(this);
  }
}

/** What one feed holds. Everything here throws MR_QUERY_TOO_BIG at the bound of the feed, and at that of all feeds. */
export class FeedBudget {
  readonly #all: LiveBudget;
  #series = 0;
  #bytes = 0;

  constructor(all: LiveBudget) {
    this.#all = all;
  }

  takeSeries(): void {
    if (this.#series >= FEED_SERIES_MAX) throw tooBig(`follows more than ${FEED_SERIES_MAX} series`, NARROW);
    if (this.#all.series >= LIVE_SERIES_MAX)
      throw tooBig(`would have subscriptions follow more than ${LIVE_SERIES_MAX} series together`, NARROW);
    this.#series++;
    this.#all.series++;
  }

  takeBytes(bytes: number): void {
    this.#bytes += bytes;
    this.#all.bytes += bytes;
    if (this.#bytes > FEED_BYTES_MAX)
      throw tooBig(`needs more than ${FEED_BYTES_MAX / 2 ** 20} MiB for its windows`, NARROW);
    if (this.#all.bytes > LIVE_BYTES_MAX)
      throw tooBig(
        `would take the windows of all subscriptions above ${LIVE_BYTES_MAX / 2 ** 20} MiB`,
        NARROW,
      );
  }

  giveBytes(bytes: number): void {
    this.#bytes -= bytes;
    this.#all.bytes -= bytes;
  }

  /** The feed has ended. */
  giveAll(): void {
    this.#all.series -= this.#series;
    this.#all.bytes -= this.#bytes;
    this.#series = 0;
    this.#bytes = 0;
  }
}
