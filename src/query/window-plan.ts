import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import { isCounter } from '../../native-free-core/query/aggregation.js';
import {
  type PlanQuestion,
  planSources,
  type SourcePart,
  type SourcePlan,
} from '../../native-free-core/query/plan-sources.js';
import { ROLLUP_TIERS, type TierName } from '../../native-free-core/tier/tiers.js';
import { TIER_TABLES } from '../store/tier-tables.js';
import { COUNTER_CELLS_PREFERRED, COUNTER_LOOK_BACK_MS } from './limits.js';
import { notKept } from './not-kept.js';
import type { TimeRange } from './point-scan.js';
import type { SeriesExtent } from './series-extent.js';
import type { WindowQuestion } from './window-query.js';

/** What a question is planned with. */
export interface Planned {
  question: WindowQuestion;
  /** The plan of counters, which prefer raw points, and that of everything else. */
  counters: CounterPlan | undefined;
  others: SourcePlan | undefined;
}

/** How counters grew in the rows, and where they stood before. */
export interface CounterPlan {
  rows: SourcePlan;
  /** What is read before the rows: ends where their parts begin, so that no cell lies on both sides. */
  before: readonly SourcePart[];
}

/** How many cells a question may read. */
export function cellsOf(planned: Planned, series: number): number {
  let cells = 0;
  for (const { tier, startMs, endMs } of readParts(planned)) {
    const windowMs = TIER_TABLES.find(({ name }) => name === tier)?.windowMs;
    if (windowMs !== undefined && windowMs > 0) cells += (series * (endMs - startMs)) / windowMs;
  }
  return cells;
}

/** How far rows look back behind their own windows. */
export const lookBackMs = ({ rollingMs, stepMs }: WindowQuestion): number =>
  stepMs === Number.POSITIVE_INFINITY ? 0 : rollingMs - stepMs;

/** Where the first row of a question begins to look: a rolling one looks back from the end of its window, wherever in it the range starts. */
export function rowsStart(question: WindowQuestion): number {
  const { startMs, stepMs } = question;
  const backMs = lookBackMs(question);
  return backMs === 0 ? startMs : windowStartOf(startMs, stepMs) - backMs;
}

/** From when on counters are looked at, so as to know where they stood. */
export function countersStart(question: WindowQuestion): number {
  const { stepMs } = question;
  return (
    rowsStart(question) - Math.max(COUNTER_LOOK_BACK_MS, stepMs === Number.POSITIVE_INFINITY ? 0 : stepMs)
  );
}

/** The finest tier that has no more cells in the range than counters are worth: resets inside of a cell don't all show. */
function tierOfCounters({ startMs, endMs }: TimeRange, series: number): TierName | undefined {
  const cells = (windowMs: number): number => (series * (endMs - startMs)) / windowMs;
  return ROLLUP_TIERS.find(({ windowMs }) => cells(windowMs) <= COUNTER_CELLS_PREFERRED)?.name;
}

/** Which sources are wanted first, or alone. */
type Wish = Pick<PlanQuestion, 'prefersRaw' | 'preferred' | 'needsRaw'>;

// Four arguments: what is asked, of how many series, and what is kept of them.
export function planOf(
  question: WindowQuestion,
  extent: SeriesExtent,
  series: number,
  horizonMs: (tier: TierName) => number,
): Planned {
  const { stepMs, endMs, source, aggregations } = question;
  const startMs = rowsStart(question);
  const needsRaw = aggregations.some(({ kind }) => kind === 'distinct');
  const planWithin = (range: TimeRange, wish: Wish): SourcePlan =>
    planSources({
      startMs: range.startMs,
      endMs: range.endMs,
      stepMs,
      wanted: source,
      horizonMs,
      prefersRaw: wish.prefersRaw,
      preferred: wish.preferred,
      needsRaw: wish.needsRaw,
    });
  const plan = (range: TimeRange, wish: Wish): SourcePlan => {
    let made = planWithin(extent.clipToWindows(range, stepMs), wish);
    // Whole windows may begin where nothing is kept any more though the range does not.
    if (made.gap !== undefined) made = planWithin(extent.clip(range, stepMs), wish);
    if (made.gap !== undefined) throw notKept(made.gap, { stepMs, source, needsRaw: wish.needsRaw });
    return made;
  };
  const planCounters = (): CounterPlan => {
    const preferred = tierOfCounters(extent.clip({ startMs, endMs }, stepMs), series);
    const wish = { prefersRaw: true, preferred, needsRaw: false };
    const rows = plan({ startMs, endMs }, wish);
    const fromMs = Math.min(startMs, rows.parts[0]?.startMs ?? startMs);
    const past = extent.clip({ startMs: countersStart(question), endMs: fromMs }, stepMs);
    // What isn't kept any more is not looked back at.
    const { parts } = planWithin(past, wish);
    return { rows, before: parts.flatMap((part) => upTo(part, fromMs)) };
  };
  return {
    question,
    counters: aggregations.some(isCounter) ? planCounters() : undefined,
    others: aggregations.every(isCounter)
      ? undefined
      : plan({ startMs, endMs }, { prefersRaw: question.prefersRaw, preferred: undefined, needsRaw }),
  };
}

/** All that is read. */
export const readParts = ({ others, counters }: Planned): SourcePart[] => [
  ...(others?.parts ?? []),
  ...(counters === undefined ? [] : partsOf(counters)),
];

export const partsOf = ({ before, rows }: CounterPlan): SourcePart[] => [...before, ...rows.parts];

/** The whole windows of a part that end at or before `endMs`. */
function upTo(part: SourcePart, endMs: number): SourcePart[] {
  if (part.endMs <= endMs) return [part];
  const windowMs = ROLLUP_TIERS.find(({ name }) => name === part.tier)?.windowMs ?? 1;
  const end = windowStartOf(endMs, windowMs);
  return part.startMs < end ? [{ ...part, endMs: end }] : [];
}
