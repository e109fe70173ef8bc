import type { TierName } from '../../../native-free-core/tier/tiers.js';
import type { WrittenDuration } from '../schema/vocabulary.js';
import { checkSource } from '../schema/windows.js';
import { keptMoment } from './kept-moment.js';
import type { TimeRange } from './range.js';
import type { Target } from './target.js';

/** What calls about windows of one metric are asked in a query string. */
export interface WindowedValues {
  target: Target;
  range: TimeRange;
  window: WrittenDuration | undefined;
  groupBy: string[] | undefined;
  source: TierName | undefined;
  trace: boolean | undefined;
}

/** The same as what they ask. @throws MillraceError 400 where the source can't tell such windows */
export function windowedRequest(values: WindowedValues, windowDefault: WrittenDuration, nowMs: number) {
  const { target, range, window = windowDefault, groupBy = [], source, trace = false } = values;
  checkSource(source, window.ms, 'window');
  return {
    ...target,
    ...range,
    nowMs: keptMoment(nowMs),
    stepMs: window.ms,
    windowText: window.text,
    groupBy,
    source,
    isTraced: trace,
  };
}
