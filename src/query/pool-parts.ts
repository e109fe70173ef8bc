import { systemClock } from '../clock.js';
import { InlineLane } from './inline-lane.js';
import type { QueryCounters } from './query-counters.js';
import type { QueryPoolOptions } from './query-pool-options.js';
import type { QueryWorkerData } from './query-task.js';
import { QueryThreads } from './query-threads.js';
import { ThreadSlots } from './thread-slots.js';

/** What a pool has of another one, in place of its own. */
export interface Borrowed {
  threads: ThreadSlots;
  inline: InlineLane | undefined;
}

/** Where a pool answers small queries on its own thread, if it is to. */
export const openInline = (data: QueryWorkerData, options: QueryPoolOptions): InlineLane | undefined =>
  options.answersInline === false
    ? undefined
    : new InlineLane(data, systemClock, undefined, options.onInlineClosed);

/** A pool's own threads. */
export function startThreads(
  data: QueryWorkerData,
  options: QueryPoolOptions,
  counters: QueryCounters,
): ThreadSlots {
  const {
    threads,
    heapMibMax,
    readyMsMax,
    onThreadFailure = () => {},
    onThreadsMissing = () => {},
  } = options;
  const all = new QueryThreads(data, {
    threads,
    ...(heapMibMax === undefined ? {} : { heapMibMax }),
    ...(readyMsMax === undefined ? {} : { readyMsMax }),
    onLost: () => {
      counters.threadsLost++;
    },
    onFailure: onThreadFailure,
    onMissing: onThreadsMissing,
    onWhole: options.onThreadsWhole ?? (() => {}),
  });
  return new ThreadSlots(all);
}
