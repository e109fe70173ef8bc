import type { BatchKind } from '../../ingest/time-gate.js';
import { ImportReport } from './import-report.js';
import { IngestReport } from './ingest-report.js';
import type { ListKey } from './record-scanner.js';

/** What makes one call that takes points differ from another; they share all the rest. */
export interface IngestForm {
  /** Decides how old a point may be. */
  kind: BatchKind;
  /** The key of the list of points, and of a point's name, as the call's contract spells them. Names are read in both spellings. */
  listKey: ListKey;
  nameKey: 'name' | 'metric_name';
  /** @param nowMs the time of points without one */
  newReport(nowMs: number): IngestReport;
}

/** POST /api/v1/record */
export const RECORD_FORM: IngestForm = {
  kind: 'live',
  listKey: 'data',
  nameKey: 'name',
  newReport: () => new IngestReport(),
};

/** POST /backfill/import */
export const IMPORT_FORM: IngestForm = {
  kind: 'history',
  listKey: 'metrics',
  nameKey: 'metric_name',
  newReport: (nowMs) => new ImportReport(nowMs),
};
