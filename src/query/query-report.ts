import { type LatencyReport, latencyReport } from '../operator/latency-report.js';
import type { AnswerCache } from './answer-cache.js';
import type { QueryCounters } from './query-counters.js';

/** What an operator sees of the query side. */
export interface QueryReport {
  /** Threads that can work. */
  threads: number;
  /** Threads that should be there and are not. */
  threads_missing: number;
  /** Threads that died. */
  threads_lost: number;
  answered: number;
  refused: number;
  cancelled: number;
  failed: number;
  in_flight: number;
  in_flight_max: number;
  waiting: number;
  /** Answered together with an identical one. */
  coalesced: number;
  /** Answered on the socket thread, without a query thread. */
  inline: number;
  /** That gave up the thread of light queries. */
  yielded: number;
  cache: { answered: number; entries: number; bytes: number };
  points_decoded: number;
  damaged_places: number;
  latency: LatencyReport;
}

export function queryReport(
  { count, missing }: { count: number; missing: number },
  waiting: number,
  counters: QueryCounters,
  cache: AnswerCache<unknown>,
): QueryReport {
  const { answered, refused, cancelled, failed, inFlight, inFlightMax, points, damaged } = counters;
  return {
    threads: count,
    threads_missing: missing,
    threads_lost: counters.threadsLost,
    answered,
    refused,
    cancelled,
    failed,
    in_flight: inFlight,
    in_flight_max: inFlightMax,
    waiting,
    coalesced: counters.coalesced,
    inline: counters.inline,
    yielded: counters.yielded,
    cache: { answered: counters.cached, entries: cache.entries, bytes: cache.bytes },
    points_decoded: points,
    damaged_places: damaged,
    latency: latencyReport(counters.latencyMs),
  };
}
