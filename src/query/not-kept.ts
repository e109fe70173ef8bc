import type { SourcePlan } from '../../native-free-core/query/plan-sources.js';
import { MillraceError } from '../errors.js';
import { formatDuration } from '../time/duration.js';
import { formatTime } from '../time/format-time.js';

/** Why a part of a range can't be answered: what is left of it is too coarse. */
export function notKept(
  { untilMs, finest }: NonNullable<SourcePlan['gap']>,
  stepMs: number,
  needsRaw: boolean,
): MillraceError {
  const from = formatTime(untilMs);
  const window = formatDuration(finest.windowMs);
  const wanted = needsRaw
    ? 'The aggregation distinct needs raw points'
    : `Windows of ${Number.isFinite(stepMs) ? formatDuration(stepMs) : 'this source'} need a finer tier than is kept of the whole range`;
  const advice = needsRaw ? '' : ` or a window that is a multiple of ${window}`;
  return new MillraceError(
    'MR_NOT_KEPT',
    `${wanted}; before ${from} only windows of ${window} and longer are kept. Ask for a start at or after ${from}${advice}.`,
  );
}
