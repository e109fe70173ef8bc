import type { HeadWriter } from '../../native-free-core/head/head-writer.js';
import type { Flush } from './flush.js';
import type { GroupBooks } from './group-books.js';
import type { SeriesTable } from './series-table.js';
import type { ShardCounters } from './shard-counters.js';
import type { ShardLog } from './shard-log.js';

/** The parts of a shard that have figures of their own. */
export interface CountedParts {
  head: HeadWriter;
  series: SeriesTable;
  flush: Flush;
  books: GroupBooks;
  log: ShardLog;
}

/** Says what a shard has done and holds, at the end of a duty cycle that committed. Answers what is no longer there. */
export function countShard(
  counters: ShardCounters,
  { head, series, flush, books, log }: CountedParts,
): { expiredPoints: number; sweptRows: number } {
  let stored = 0;
  let expiredPoints = 0;
  let fresh = 0;
  books.groups.forEach((group, local) => {
    stored += group.storedPoints;
    expiredPoints += group.expiredPoints;
    fresh += books.freshPoints(local);
  });
  const inBlocks = flush.active ? flush.storedPoints : 0;
  counters.set('accepted', log.accepted);
  counters.set('open', head.openPoints[0] + head.openPoints[1] - inBlocks);
  counters.set('stored', stored);
  counters.set('expired', expiredPoints);
  counters.set('damaged', log.damaged);
  counters.set('series', series.count);
  counters.set('logBytes', log.bytes);
  counters.set('flushing', flush.active ? 1 : 0);
  counters.set('freshPoints', fresh);
  counters.set('freshBytes', flush.writtenBytes);
  return { expiredPoints, sweptRows: books.sweptRows };
}
