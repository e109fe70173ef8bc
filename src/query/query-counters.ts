import { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';

/** Octaves of a latency in ms: from 60 ns to an hour are 36. */
const LATENCY_PAGES = 40;

/** What the query side counts since the process began. Socket thread only. */
export class QueryCounters {
  /** Answered, with whatever status. */
  answered = 0;
  /** Refused because the queue was full. */
  refused = 0;
  cancelled = 0;
  /** Answered together with an identical one that was asked before. */
  coalesced = 0;
  /** Answered from the cache. */
  cached = 0;
  /** Answered on the socket thread. */
  inline = 0;
  /** That gave up the thread of light queries. */
  yielded = 0;
  failed = 0;
  /** Threads that died. */
  threadsLost = 0;
  /** Running or waiting. */
  inFlight = 0;
  inFlightMax = 0;
  /** Points decoded. */
  points = 0;
  /** Places found damaged and passed over; each thread counts a place once. */
  damaged = 0;
  /** From the call to its answer, ms. */
  readonly latencyMs: PagedHistogram = PagedHistogram.withOwnMemory(LATENCY_PAGES);
}
