import { windowStartOf } from '../cell/window-start.js';
import { ROLLUP_TIERS, type RollupTier, type TierName } from '../tier/tiers.js';

/** A part of a range and the tier that it is read from. A part of a rollup tier consists of whole windows of it. */
export interface SourcePart {
  tier: TierName;
  startMs: number;
  endMs: number;
}

/** Where the answer to a question comes from. The parts ascend and have no points in common. */
export interface SourcePlan {
  parts: SourcePart[];
  /** Of the part that takes most of the range; raw of an empty one. */
  main: TierName;
  /**
   * The part of the range that the question can't be answered for, because only tiers are left there whose windows
   * don't divide the step: the moment from which on it can, and the finest tier that is left before. Undefined: there is none.
   */
  gap: { untilMs: number; finest: RollupTier } | undefined;
}

export interface PlanQuestion {
  /** Half-open. */
  startMs: number;
  endMs: number;
  /** The length of the windows that are asked for; Infinity when the whole range is one. */
  stepMs: number;
  /** Raw points where there are any, whatever they cost: what is asked for can be exact from them alone. */
  prefersRaw: boolean;
  /**
   * A tier that comes first where its windows divide the step, then the next coarser ones up to the coarsest, then those finer than it: what is
   * asked for loses by coarser windows, the more the coarser they are.
   */
  preferred?: TierName | undefined;
  /** Nothing but raw points will do. */
  needsRaw: boolean;
  /** The one tier that is wanted; what it can't cut exactly still comes from finer ones. */
  wanted: TierName | undefined;
  /** The oldest time that a tier surely still keeps; -Infinity when it keeps everything. */
  horizonMs: (tier: TierName) => number;
}

const COARSEST_FIRST: readonly RollupTier[] = [...ROLLUP_TIERS].reverse();

/** Where two tiers meet, coarser ones must not be cut: a window of the coarsest. */
const SEAM_MS = COARSEST_FIRST[0]!.windowMs;

/**
 * Chooses the sources of a question:
 *
 *  1. The coarsest tier whose windows divide the step, as far back as it is kept; before that the next finer one that is kept
 *     longer, and so on; raw points last. With `prefersRaw` raw points come first. A tier that is preferred comes before all others, and
 *     where it isn't kept any more the next coarser ones, the finest of them first.
 *  2. Ends of the range that cut a window of that tier are read from the coarsest tier that doesn't cut there; raw
 *     points never do. One tier for each end, not a ladder of them: stored runs are a day long whatever their tier, so every further
 *     tier costs more than the rows that it saves.
 *  3. Where no such tier is kept any more, the finest one that is gives its whole window: the range is as much wider.
 *  4. Tiers meet at a multiple of the coarsest window, so that neither is cut there.
 *
 * That a tier is complete for a range is what ADR 7 promises; a tier that is kept longer has all that others had.
 */
export function planSources(question: PlanQuestion): SourcePlan {
  const parts: SourcePart[] = [];
  const candidates = candidatesOf(question);
  let endMs = question.endMs;
  while (question.startMs < endMs) {
    const covered = coverEnd(question, candidates, endMs);
    if (covered === undefined) break;
    parts.unshift(...covered);
    endMs = covered[0]!.startMs;
  }
  return {
    parts,
    main: mainOf(parts),
    gap: question.startMs < endMs ? gapOf(question, candidates, endMs) : undefined,
  };
}

/** Tiers in the order of preference; undefined is raw. */
type Candidates = readonly (RollupTier | undefined)[];

function candidatesOf({ stepMs, wanted, prefersRaw, preferred, needsRaw }: PlanQuestion): Candidates {
  if (needsRaw || wanted === 'raw') return [undefined];
  const fitting = COARSEST_FIRST.filter((tier) => divides(tier, stepMs));
  const first = fitting.findIndex(({ name }) => name === preferred);
  fitting.unshift(...fitting.splice(0, first + 1).reverse());
  if (wanted !== undefined) return fitting.filter((tier) => tier.name === wanted);
  return prefersRaw ? [undefined, ...fitting] : [...fitting, undefined];
}

const divides = (tier: RollupTier, stepMs: number): boolean =>
  stepMs === Number.POSITIVE_INFINITY || stepMs % tier.windowMs === 0;

/** The parts that end at endMs, from the first candidate that is kept there; undefined when none is. */
function coverEnd(question: PlanQuestion, candidates: Candidates, endMs: number): SourcePart[] | undefined {
  for (const tier of candidates) {
    const fromMs = keptFrom(question, candidates, tier);
    if (fromMs >= endMs) continue;
    if (tier === undefined) return [{ tier: 'raw', startMs: fromMs, endMs }];
    const parts = coverWhole(question, tier, fromMs, endMs);
    if (parts !== undefined) return parts;
  }
  const [only] = candidates;
  if (question.wanted !== undefined && only !== undefined) {
    // No whole window of the tier that is wanted is in it: it is an edge, from one end to the other.
    const fromMs = keptFrom(question, candidates, only);
    return fromMs < endMs ? edge(question, only, fromMs, endMs) : undefined;
  }
  // The range is shorter than a window of each tier that is left: the finest gives a whole one.
  for (const tier of [...candidates].reverse()) {
    const fromMs = keptFrom(question, candidates, tier);
    if (tier === undefined || fromMs >= endMs) continue;
    return [
      {
        tier: tier.name,
        startMs: windowStartOf(fromMs, tier.windowMs),
        endMs: windowEnd(endMs, tier.windowMs),
      },
    ];
  }
  return undefined;
}

/** From when on a tier answers: where another goes on before it, from a seam on. */
function keptFrom(
  { startMs, horizonMs }: PlanQuestion,
  candidates: Candidates,
  tier: Candidates[number],
): number {
  const horizon = horizonMs(tier?.name ?? 'raw');
  if (horizon <= startMs) return startMs;
  const isOldest = candidates.every((other) => horizonMs(other?.name ?? 'raw') >= horizon);
  return windowEnd(horizon, isOldest ? (tier?.windowMs ?? 1) : SEAM_MS);
}

function coverWhole(
  question: PlanQuestion,
  tier: RollupTier,
  fromMs: number,
  endMs: number,
): SourcePart[] | undefined {
  const firstMs = windowEnd(fromMs, tier.windowMs);
  const lastMs = windowStartOf(endMs, tier.windowMs);
  if (firstMs >= lastMs) return undefined;
  const left = fromMs === firstMs ? [] : edge(question, tier, fromMs, firstMs);
  const right = lastMs === endMs ? [] : edge(question, tier, lastMs, endMs);
  return joined([...left, { tier: tier.name, startMs: firstMs, endMs: lastMs }, ...right]);
}

/** The first multiple of windowMs at or after timeMs. */
const windowEnd = (timeMs: number, windowMs: number): number => Math.ceil(timeMs / windowMs) * windowMs;

/** The part of a window that an end of the range cuts, from the coarsest source that doesn't cut there. */
function edge(question: PlanQuestion, tier: RollupTier, startMs: number, endMs: number): SourcePart[] {
  const isKept = (name: TierName): boolean => question.horizonMs(name) <= startMs;
  const finer = COARSEST_FIRST.filter(({ windowMs, name }) => windowMs < tier.windowMs && isKept(name));
  for (const { name, windowMs } of finer) {
    if (startMs % windowMs === 0 && endMs % windowMs === 0) return [{ tier: name, startMs, endMs }];
  }
  if (isKept('raw')) return [{ tier: 'raw', startMs, endMs }];
  const { name, windowMs } = finer.at(-1) ?? tier;
  const widened = { startMs: windowStartOf(startMs, windowMs), endMs: windowEnd(endMs, windowMs) };
  return [{ tier: name, ...widened }];
}

/** Neighbours of one tier as one part; a widened edge may share its window with them. */
function joined(parts: SourcePart[]): SourcePart[] {
  const result: SourcePart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last?.tier === part.tier && part.startMs <= last.endMs) last.endMs = Math.max(last.endMs, part.endMs);
    else result.push({ ...part });
  }
  return result;
}

function mainOf(parts: readonly SourcePart[]): TierName {
  let main: SourcePart | undefined;
  for (const part of parts) {
    if (main === undefined || part.endMs - part.startMs > main.endMs - main.startMs) main = part;
  }
  return main?.tier ?? 'raw';
}

/**
 * The begin of the range up to `endMs`, where something is kept that none of the candidates can use. They are kept from `endMs` on, or from
 * later on where the range ends before.
 */
function gapOf(question: PlanQuestion, candidates: Candidates, endMs: number): SourcePlan['gap'] {
  const { horizonMs, wanted } = question;
  const finest = ROLLUP_TIERS.find(({ name }) => name !== wanted && horizonMs(name) < endMs);
  if (finest === undefined) return undefined;
  const fromMs = candidates.map((tier) => keptFrom(question, candidates, tier));
  return { untilMs: fromMs.length === 0 ? endMs : Math.min(...fromMs), finest };
}
