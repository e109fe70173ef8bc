/** What a run did, for tests that want to know that something happened at all. */
export interface SimCounts {
  steps: number;
  points: number;
  stored: number;
  flushes: number;
  compactions: number;
  merges: number;
  answers: number;
  shardCrashes: number;
  processCrashes: number;
  stops: number;
  cuts: number;
  fills: number;
  busy: number;
  recoveries: number;
  deletes: number;
  resumed: number;
  expired: number;
  sweptBySize: number;
  workerChanges: number;
  snapshots: number;
  restores: number;
  copiesCut: number;
}

export const noCounts = (): SimCounts => ({
  steps: 0,
  points: 0,
  stored: 0,
  flushes: 0,
  compactions: 0,
  merges: 0,
  answers: 0,
  shardCrashes: 0,
  processCrashes: 0,
  stops: 0,
  cuts: 0,
  fills: 0,
  busy: 0,
  recoveries: 0,
  deletes: 0,
  resumed: 0,
  expired: 0,
  sweptBySize: 0,
  workerChanges: 0,
  snapshots: 0,
  restores: 0,
  copiesCut: 0,
});
