import { READING_CALLS } from '../http/calls.js';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../http/server.js';
import type { QueryPool } from '../query/query-pool.js';
import type { ShardCounters } from '../shard/shard-counters.js';
import { Rehearsal } from './rehearsal.js';
import { askOnThread } from './rehearsal-thread.js';

/** The parts of an engine that a rehearsal has to do with. */
export interface RehearsedParts {
  queries: QueryPool;
  /** Of the shards. */
  counters: readonly ShardCounters[];
  server: HttpServer;
}

/**
 * Starts the rehearsal of an engine. `options` are those of its server: the one that is asked for practice differs in where it listens, for what, and to
 * whom: nobody but who has the token is answered.
 */
export function startRehearsal(
  { queries, counters, server }: RehearsedParts,
  options: HttpServerOptions,
  token: string,
): Rehearsal {
  const sum = (name: 'accepted' | 'stored'): number =>
    counters.reduce((total, each) => total + each.get(name), 0);
  const rehearsal = new Rehearsal({
    openQueries: () => queries.openBeside(),
    serve: async (query) => {
      const served = await startHttpServer({
        ...options,
        query,
        host: '127.0.0.1',
        port: 0,
        webSockets: [],
        calls: READING_CALLS,
        readTokens: [token],
      });
      return { port: served.port, token, close: (drainMs) => served.close(drainMs) };
    },
    ask: askOnThread,
    traffic: () => ({
      points: sum('accepted'),
      requests: server.counters().requests,
      stored: sum('stored'),
    }),
    clock: options.clock,
    log: options.log,
  });
  rehearsal.start();
  return rehearsal;
}
