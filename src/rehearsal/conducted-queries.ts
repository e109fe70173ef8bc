import type { QueryAnswer, QueryPort, QueryRequest } from '../http/ports.js';
import type { Conduct } from './conduct.js';

/** Queries that are answered where the conduct says: users' questions are answered on the socket thread as well as on the others. */
export class ConductedQueries implements QueryPort {
  readonly #queries: QueryPort;
  readonly #conduct: Conduct;

  constructor(queries: QueryPort, conduct: Conduct) {
    this.#queries = queries;
    this.#conduct = conduct;
  }

  answerNow(request: QueryRequest): QueryAnswer | undefined {
    return this.#conduct.isOnThreads ? undefined : this.#queries.answerNow?.(request);
  }

  run(request: QueryRequest, signal: AbortSignal): Promise<QueryAnswer> {
    return this.#queries.run(request, signal);
  }
}
