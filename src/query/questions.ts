import { anomaliesQuestion } from './anomalies.js';
import { cardinalityQuestion } from './cardinality.js';
import { chartQuestion } from './chart.js';
import { currentQuestion } from './current.js';
import { heatmapQuestion } from './heatmap.js';
import { hostsQuestion, labelsQuestion, labelValuesQuestion } from './label-lists.js';
import { latestQuestion } from './latest.js';
import { metricsQuestion } from './metrics.js';
import { namesQuestion } from './names.js';
import type { Question } from './question.js';
import { rawQuestion } from './raw.js';
import { rollupsStatusQuestion } from './rollups-status.js';
import { statisticsQuestion } from './statistics.js';
import { statsQuestion } from './stats.js';
import { trendsQuestion } from './trends.js';
import { aggregateQuestion, rollupQuestion } from './windows.js';

/** Every kind of request that query threads answer. */
export const QUESTIONS: readonly Question[] = [
  namesQuestion,
  metricsQuestion,
  hostsQuestion,
  labelsQuestion,
  labelValuesQuestion,
  cardinalityQuestion,
  latestQuestion,
  rawQuestion,
  statsQuestion,
  statisticsQuestion,
  trendsQuestion,
  anomaliesQuestion,
  currentQuestion,
  rollupQuestion,
  aggregateQuestion,
  heatmapQuestion,
  chartQuestion,
  rollupsStatusQuestion,
];
