import type { Logger } from '../log.js';
import type { QueryPoolOptions } from './query-pool-options.js';

/** What the log says of the query side. */
export const queryLog = (log: Logger): Partial<QueryPoolOptions> => ({
  onDamaged: (place) => log.warn({ place }, 'a query met something damaged and passed over it'),
  onThreadFailure: (detail) => log.error({ detail }, 'a query thread failed'),
  onThreadsMissing: (missing, waitMs) =>
    log.error({ missing, waitMs }, 'query threads are missing and are started again'),
  onInlineClosed: (detail) =>
    log.warn(
      { detail },
      'small queries go to query threads while the stores cannot be opened for the others',
    ),
  onThreadsWhole: () => log.info('no query thread is missing any more'),
});
