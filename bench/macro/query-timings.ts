import { setTimeout as sleep } from 'node:timers/promises';
import type { CanonicalAnswer, QueryAdapter } from './query-adapter.js';
import { QueryAsker } from './query-asker.js';
import { TSBS_QUERY_KINDS, type TsbsQuery, type TsbsQueryKind } from './tsbs-queries.js';

/** How long queries of one kind took, ms, and how many requests of theirs were answered on the engine's socket thread, where it is known. */
export interface KindTimings {
  ms: number[];
  inline: number | undefined;
  requests: number;
}

export type Timings = Map<TsbsQueryKind, KindTimings>;

/** What one system said and how long it took. */
export interface Outcome {
  answers: CanonicalAnswer[];
  /** The queries that were compared, asked once more: of a system that has answered little yet. */
  cold: Timings;
  /** Others of each kind, asked when many of that kind were answered before. */
  warm: Timings;
  /** Of a request that asks nothing, ms: what sending and receiving take. */
  floorMs: number;
}

/** What is asked of every system alike. */
export interface QuerySet {
  /** Compared, then timed. */
  cold: readonly TsbsQuery[];
  /** Asked of each kind before those that are timed, none of which is among them. */
  warmUp: readonly TsbsQuery[];
  warm: readonly TsbsQuery[];
  /** How long a system rests before it is asked, ms: all of them work on in the background behind a load. */
  restMs: number;
}

/** How a system is measured. */
export interface Measured {
  url: string;
  adapter: QueryAdapter;
  /** A path that asks nothing. */
  emptyPath: string;
  /** How many requests were answered on the engine's socket thread so far. */
  inline?: () => Promise<number>;
}

/** A warm-up of one kind ends after this time even if not all was asked, ms: a heavy kind takes a second of some systems. */
const WARM_UP_MS_MAX = 2_000;
/** Nor is one timed for longer than this, ms, once it was asked `TIMED_MIN` times. */
const TIMED_MS_MAX = 4_000;
const TIMED_MIN = 5;
const FLOOR_ASKS = 500;

export async function measure(measured: Measured, set: QuerySet): Promise<Outcome> {
  const asker = new QueryAsker(measured.url, measured.adapter);
  try {
    await sleep(set.restMs);
    const answers: CanonicalAnswer[] = [];
    for (const query of set.cold) answers.push(asker.read(query, await asker.ask(query)));
    const cold = await timeKinds(asker, measured, set.cold);
    const warm = await timeKinds(asker, measured, set.warm, set.warmUp);
    const floor: number[] = [];
    for (let i = 0; i < FLOOR_ASKS; i++) floor.push(await asker.askNothing(measured.emptyPath));
    return { answers, cold, warm, floorMs: median(floor) };
  } finally {
    asker.close();
  }
}

/** Asks queries kind by kind; those of `warmUp` of the same kind before, untimed. */
async function timeKinds(
  asker: QueryAsker,
  { adapter, inline }: Measured,
  queries: readonly TsbsQuery[],
  warmUp: readonly TsbsQuery[] = [],
): Promise<Timings> {
  const timings: Timings = new Map();
  for (const kind of TSBS_QUERY_KINDS) {
    const untilMs = performance.now() + WARM_UP_MS_MAX;
    for (const query of warmUp) {
      if (query.kind === kind && performance.now() < untilMs) await asker.ask(query);
    }
    const before = await inline?.();
    const ms: number[] = [];
    let requests = 0;
    const endMs = performance.now() + TIMED_MS_MAX;
    for (const query of queries) {
      if (query.kind !== kind) continue;
      if (ms.length >= TIMED_MIN && performance.now() > endMs) break;
      ms.push((await asker.ask(query)).ms);
      requests += adapter.requests(query).length;
    }
    const after = await inline?.();
    const answeredInline = before === undefined || after === undefined ? undefined : after - before;
    timings.set(kind, { ms, inline: answeredInline, requests });
  }
  return timings;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
