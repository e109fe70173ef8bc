import type { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';
import { type RejectCode, rejectReasons } from '../../protocol/reject-reasons.js';
import type { RejectTally } from '../../protocol/reject-tally.js';

/** What the front end counts since the process began. Socket thread only. */
export class IngestCounters {
  accepted = 0;
  batches = 0;
  frames = 0;
  bytes = 0;
  busy = 0;
  errors = 0;
  duplicates = 0;
  connections = 0;
  connectionsTotal = 0;
  takeovers = 0;
  inFlight = 0;
  readonly rejected: Float64Array = new Float64Array(rejectReasons.length);
  /** From a batch's arrival to its ACK, ms. */
  readonly ackMs: PagedHistogram;

  constructor(ackMs: PagedHistogram) {
    this.ackMs = ackMs;
  }

  addRejects(tally: RejectTally): void {
    for (let code = 1; code < rejectReasons.length; code++) {
      this.rejected[code]! += tally.count(code as RejectCode);
    }
  }

  rejectsByReason(): Record<string, number> {
    return Object.fromEntries(rejectReasons.slice(1).map((reason, i) => [reason, this.rejected[i + 1]!]));
  }
}
