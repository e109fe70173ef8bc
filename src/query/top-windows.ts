import { assert } from '../../native-free-core/assert.js';
import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import type { TierName } from '../../native-free-core/tier/tiers.js';
import { Selection } from './selection.js';
import type { SeriesGroups } from './series-groups.js';
import type { StopCheck } from './stop-check.js';
import { largestLasts, lastValue, topGroups } from './top-groups.js';
import { U32List } from './u32-list.js';
import type { WindowQuery, WindowQuestion, WindowsFound } from './window-query.js';

/** A question about the windows of the groups with the largest last values. */
export interface TopQuestion {
  question: WindowQuestion;
  selection: Selection;
  horizonMs: (tier: TierName) => number;
  top: number;
}

/** The windows of some groups, and how many groups there are. */
export interface TopFound {
  found: WindowsFound;
  groupsTotal: number;
}

/**
 * The `top` groups with the largest last values of the first aggregation, largest first. All windows of all groups may be more
 * rows than a query may have: then the last values are found first, from the end of the range backwards in slices that are
 * as long as the bound allows, each about those groups alone that have had no value yet; and then the windows of the chosen
 * groups. A label of 100,000 values takes one short slice, mostly, and the windows of 20 series.
 * @throws MillraceError what a WindowQuery throws
 */
export function topWindows(query: WindowQuery, asked: TopQuestion, stop: StopCheck): TopFound {
  const { question, selection, horizonMs, top } = asked;
  const groups = selection.groupsBy(question.groupBy, stop);
  const { startMs, endMs, stepMs, rollingMs } = question;
  const windows = Math.ceil((endMs - startMs) / stepMs) + 1;
  // Rolling windows look back from each slice: their slices would overlap.
  const isSliced = groups.count > top && windows * groups.count > stop.limits.rows && rollingMs === stepMs;
  if (!isSliced) {
    const found = query.run(question, selection, horizonMs, stop);
    return { found: topGroups(found, top), groupsTotal: groups.count };
  }
  const chosen = largestLasts(lastValues(query, asked, groups, stop), top);
  const few = ofGroups(selection, groups, chosen);
  const found = query.run(question, few, horizonMs, stop);
  stop.cost.series = selection.count;
  return { found: { ...topGroups(found, top), series: selection.count }, groupsTotal: groups.count };
}

// Four arguments: what a query has, and the groups that are known already.
function lastValues(
  query: WindowQuery,
  { question, selection, horizonMs }: TopQuestion,
  groups: SeriesGroups,
  stop: StopCheck,
): Float64Array {
  const lasts = new Float64Array(groups.count).fill(Number.NEGATIVE_INFINITY);
  const { startMs, stepMs } = question;
  const aggregations = question.aggregations.slice(0, 1);
  let missing = Array.from(lasts, (_, group) => group);
  for (let endMs = question.endMs; endMs > startMs && missing.length > 0; ) {
    const windows = Math.max(1, Math.floor(stop.limits.rows / missing.length));
    const fromMs = Math.max(startMs, windowStartOf(endMs - 1, stepMs) - (windows - 1) * stepMs);
    const some = missing.length === groups.count ? selection : ofGroups(selection, groups, missing);
    const slice = { ...question, startMs: fromMs, endMs, aggregations, isFilled: false };
    const { groups: found, count, columns } = query.run(slice, some, horizonMs, stop);
    // Groups are in the order of their labels, some of them as all of them.
    assert(found.length === missing.length, 'a slice has other groups than it was asked about');
    missing = missing.filter((group, i) => {
      lasts[group] = lastValue(columns[0]!, i * count, count);
      return lasts[group] === Number.NEGATIVE_INFINITY;
    });
    endMs = fromMs;
  }
  return lasts;
}

/** The series of some of the groups. */
function ofGroups(selection: Selection, groups: SeriesGroups, chosen: readonly number[]): Selection {
  const isChosen = new Uint8Array(groups.count);
  for (const group of chosen) isChosen[group] = 1;
  const some = new Selection(selection.count);
  for (const { view, ids, firstOrdinal } of selection.shards) {
    const kept = new U32List();
    for (let i = 0; i < ids.length; i++) {
      if (isChosen[groups.of(firstOrdinal + i)] === 1) kept.push(ids.items[i]!);
    }
    some.add(view, kept);
  }
  return some;
}
