import {
  COMPACTION_AGE_MS_MAX,
  COMPACTION_CHUNK_POINTS,
  COMPACTION_COLD_MS,
  COMPACTION_GENERATIONS_MAX,
  COMPACTION_GENERATIONS_MIN,
  COMPACTION_JOB_BYTES,
  COMPACTION_LANE_SERIES,
  COMPACTION_MERGE_LAYERS,
  COMPACTION_POINTS_HARD,
  COMPACTION_POINTS_SOFT,
  COMPACTION_QUIET_MS,
  COMPACTION_RUN_CELLS,
  COMPACTION_SEGMENT_BYTES,
  COMPACTION_SERIES_POINTS,
  COMPACTION_STEP_WORK,
} from '../../../native-free-core/limits.js';

/** Bounds of compactions and merges; what each means stands in limits.ts. Tests make them small. */
export interface CompactionBounds {
  generationsMin: number;
  generationsMax: number;
  quietMs: number;
  ageMsMax: number;
  seriesPoints: number;
  pointsSoft: number;
  pointsHard: number;
  jobBytes: number;
  stepWork: number;
  chunkPoints: number;
  runCells: number;
  segmentBytes: number;
  laneSeries: number;
  mergeLayers: number;
  coldMs: number;
}

export const COMPACTION_BOUNDS: CompactionBounds = {
  generationsMin: COMPACTION_GENERATIONS_MIN,
  generationsMax: COMPACTION_GENERATIONS_MAX,
  quietMs: COMPACTION_QUIET_MS,
  ageMsMax: COMPACTION_AGE_MS_MAX,
  seriesPoints: COMPACTION_SERIES_POINTS,
  pointsSoft: COMPACTION_POINTS_SOFT,
  pointsHard: COMPACTION_POINTS_HARD,
  jobBytes: COMPACTION_JOB_BYTES,
  stepWork: COMPACTION_STEP_WORK,
  chunkPoints: COMPACTION_CHUNK_POINTS,
  runCells: COMPACTION_RUN_CELLS,
  segmentBytes: COMPACTION_SEGMENT_BYTES,
  laneSeries: COMPACTION_LANE_SERIES,
  mergeLayers: COMPACTION_MERGE_LAYERS,
  coldMs: COMPACTION_COLD_MS,
};
