import type { SourcePlan } from '../../native-free-core/query/plan-sources.js';
import type { TierName } from '../../native-free-core/tier/tiers.js';
import { MillraceError } from '../errors.js';
import { formatDuration } from '../time/duration.js';
import { formatTime } from '../time/format-time.js';

/** What was asked for that can't be told of all of the range. */
export interface NotKeptQuestion {
  /** Infinity where the whole range is one window. */
  stepMs: number;
  /** The one tier that was wanted. */
  source?: TierName | undefined;
  /** Nothing but raw points would do. */
  needsRaw?: boolean;
}

/** Why a part of a range can't be answered: what is left of it is too coarse. */
export function notKept(
  { untilMs, finest }: NonNullable<SourcePlan['gap']>,
  { stepMs, source, needsRaw = false }: NotKeptQuestion,
): MillraceError {
  const from = formatTime(untilMs);
  const window = formatDuration(finest.windowMs);
  const left = `of the range before ${from} only windows of ${window} and longer are kept. Ask for a start at or after ${from}`;
  if (needsRaw) return refusal(`The aggregation distinct needs raw points; ${left}.`);
  if (source !== undefined) {
    return refusal(`The source ${source} is not kept of the whole range; ${left}, or without source=.`);
  }
  const windows = Number.isFinite(stepMs) ? `Windows of ${formatDuration(stepMs)} need` : 'The range needs';
  const finer = 'a finer tier than is kept of the whole range';
  return refusal(`${windows} ${finer}; ${left} or a window that is a multiple of ${window}.`);
}

const refusal = (detail: string): MillraceError => new MillraceError('MR_NOT_KEPT', detail);
