import type { SourcePart } from '../../native-free-core/query/plan-sources.js';
import { formatTime } from '../time/format-time.js';
import type { QueryCost } from './query-cost.js';

/** What the time of a query goes into. */
export type QueryStage = 'plan' | 'scan' | 'merge' | 'encode';

/** What a query tells of itself with `trace=1`: where its answer came from, what it read, what its time went into. */
export class QueryTrace {
  #parts: readonly SourcePart[] = [];
  readonly #spentMs = new Map<QueryStage, number>();
  readonly #monotonicMs: () => number;
  #sinceMs: number;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#sinceMs = monotonicMs();
  }

  /** The sources of the answer; those of several plans add up. */
  addParts(parts: readonly SourcePart[]): void {
    this.#parts = [...this.#parts, ...parts];
  }

  /** Counts the time since the last call, or the query's begin, as that of a stage. */
  spent(stage: QueryStage): void {
    const nowMs = this.#monotonicMs();
    this.#spentMs.set(stage, (this.#spentMs.get(stage) ?? 0) + nowMs - this.#sinceMs);
    this.#sinceMs = nowMs;
  }

  report(cost: QueryCost): object {
    const ms = (stage: QueryStage): number => Number((this.#spentMs.get(stage) ?? 0).toFixed(3));
    return {
      plan: this.#parts.map(({ tier, startMs, endMs }) => ({
        source: tier,
        start: formatTime(startMs),
        end: formatTime(endMs),
      })),
      series: cost.series,
      segments: cost.segments,
      cells: cost.cells,
      cached_cells: cost.cachedCells,
      points: cost.points,
      bytes: cost.bytes,
      plan_ms: ms('plan'),
      scan_ms: ms('scan'),
      merge_ms: ms('merge'),
      encode_ms: ms('encode'),
      cache: cost.cachedCells === 0 ? 'none' : cost.cells === 0 ? 'all' : 'part',
    };
  }
}
