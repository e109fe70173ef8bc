import { assert } from '../../native-free-core/assert.js';
import type { QueryAnswer, QueryRequest } from '../http/ports.js';
import type { LiveCoverage } from './live-coverage.js';
import type { QueryFindings } from './query-findings.js';
import { type QuerySettings, QueryTools } from './query-tools.js';
import type { Answerer } from './question.js';
import { QUESTIONS } from './questions.js';
import type { SeenShards } from './seen-shards.js';
import type { SeriesIndex } from './series-index.js';
import type { StopCheck } from './stop-check.js';

/**
 * Answers queries on one thread, one at a time, from all shards. Its memory (indexes, scratch) is used again from query
 * to query; nothing of it is handed out.
 */
export class QueryEngine {
  readonly #series: SeriesIndex;
  readonly #answerers: ReadonlyMap<string, Answerer>;

  constructor(shards: SeenShards, findings: QueryFindings, coverage: LiveCoverage, settings: QuerySettings) {
    this.#series = shards.series;
    const tools = new QueryTools(shards, findings, coverage, settings);
    this.#answerers = new Map(QUESTIONS.map((question) => [question.kind, question.open(tools)]));
  }

  /** @throws MillraceError for what is no answer; QueryCancelled */
  answer(request: QueryRequest, stop: StopCheck): QueryAnswer {
    const answerer = this.#answerers.get(request.kind);
    assert(answerer !== undefined, `nobody answers requests of the kind ${request.kind}`);
    this.#series.begin(stop);
    const answer = answerer(request, stop);
    this.#series.end();
    return answer;
  }
}
