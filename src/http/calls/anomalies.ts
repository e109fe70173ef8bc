import { z } from 'zod';
import { ANOMALY_METHODS } from '../../../native-free-core/detect/anomaly-method.js';
import { STREAM_PROFILES } from '../../../native-free-core/detect/stream-detector.js';
import { defineQueryCall } from '../call/query-call.js';
import { ANOMALIES_DEFAULT, ANOMALIES_MAX, ANOMALY_THRESHOLD_MAX } from '../limits.js';
import { keptMoment } from '../parameter/kept-moment.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { GROUP_BY, SOURCE_PARAMETER, TRACE } from '../parameter/reading.js';
import { TARGET } from '../parameter/target.js';
import { anomaliesPresenter } from '../present/anomalies.js';
import { LABEL_VALUES, NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { decimal, whole } from '../schema/vocabulary.js';
import { windowOf } from '../schema/windows.js';

const METHOD = z
  .enum(ANOMALY_METHODS, { error: `one of ${ANOMALY_METHODS.join(', ')}` })
  .default('zscore')
  .meta({
    description:
      'zscore: distance from the mean of the range in deviations. rolling_zscore: from the mean of the `window` before the point, scored by how rare it is for so few points. mad: from the median, in median deviations. seasonal: from the level and season of the series, in median deviations. streaming: the detectors that alerts use.',
  });

const PROFILE = z
  .enum(STREAM_PROFILES, { error: `one of ${STREAM_PROFILES.join(', ')}` })
  .default('novelty')
  .meta({ description: 'Of the streaming method: what the series never did, or points that stand out.' });

const ANOMALIES = z.array(
  z.object({
    timestamp: TIMESTAMP,
    value: z.number(),
    score: NUMBER_OR_NULL,
    z_score: NUMBER_OR_NULL,
    expected: NUMBER_OR_NULL,
    labels: LABEL_VALUES,
  }),
);

/** GET /anomaly/detect */
export const anomaliesCall = defineQueryCall({
  method: 'GET',
  path: '/anomaly/detect',
  group: 'Reading',
  summary: 'Points of a range that are not like the others',
  description:
    'Each series is looked at by itself. A point whose score reaches the threshold is an anomaly. Where raw points have ended, the means of a tier’s windows stand for points, and `data_source` and `window` say so. `group_by` adds `groups`.',
  parameters: {
    target: TARGET,
    range: RANGE,
    threshold: queryParameter(
      'threshold',
      decimal({ min: 0, max: ANOMALY_THRESHOLD_MAX }).default(3).meta({
        description:
          'The score from which on a point is an anomaly; of the streaming method -log10 of its rarity.',
      }),
    ),
    method: queryParameter('method', METHOD),
    window: queryParameter(
      'window',
      windowOf('10m').optional().meta({
        description: 'How far back rolling_zscore looks; a tenth of the range by default.',
      }),
    ),
    period: queryParameter(
      'period',
      windowOf('1d').optional().meta({ description: 'Of seasonal; found from the data by default.' }),
    ),
    profile: queryParameter('profile', PROFILE),
    limit: queryParameter(
      'limit',
      whole({ min: 1, max: ANOMALIES_MAX }).default(ANOMALIES_DEFAULT).meta({
        description: 'Anomalies of the answer: those with the highest scores.',
      }),
    ),
    groupBy: GROUP_BY,
    source: SOURCE_PARAMETER,
    trace: TRACE,
  },
  presenter: anomaliesPresenter,
  answer: {
    schema: z.looseObject({
      metric_name: z.string(),
      start: TIMESTAMP,
      end: TIMESTAMP,
      method: z.enum(ANOMALY_METHODS),
      threshold: z.number(),
      data_source: z.string(),
      window: z
        .string()
        .optional()
        .meta({ description: 'Of what each value is the mean, where the values are not points.' }),
      mean: NUMBER_OR_NULL,
      stddev: NUMBER_OR_NULL,
      count: z.int(),
      series: z.int(),
      profile: z.enum(STREAM_PROFILES).optional(),
      period: z.string().nullable().optional(),
      anomaly_count: z.int().meta({ description: 'All of them, also those beyond the limit.' }),
      anomalies: ANOMALIES,
      groups: z
        .array(
          z.object({
            labels: LABEL_VALUES,
            mean: NUMBER_OR_NULL,
            stddev: NUMBER_OR_NULL,
            count: z.int(),
            series: z.int(),
            anomaly_count: z.int(),
            anomalies: ANOMALIES,
          }),
        )
        .optional()
        .meta({ description: 'Of each group the anomalies that are among those of the answer.' }),
    }),
    example: {
      metric_name: 'cpu_usage',
      start: '2024-01-01T00:00:00Z',
      end: '2024-01-01T01:00:00Z',
      method: 'zscore',
      threshold: 3,
      data_source: 'metrics',
      mean: 25,
      stddev: 5,
      count: 360,
      series: 1,
      anomaly_count: 1,
      anomalies: [
        {
          timestamp: '2024-01-01T00:20:00Z',
          value: 95,
          score: 14,
          z_score: 14,
          expected: 25,
          labels: { host: 'server-01' },
        },
      ],
    },
  },
  request: ({ values, nowMs }) => ({
    ...values.target,
    ...values.range,
    nowMs: keptMoment(nowMs),
    method: values.method,
    threshold: values.threshold,
    windowMs: values.window?.ms,
    periodMs: values.period?.ms,
    profile: values.profile,
    limit: values.limit,
    groupBy: values.groupBy ?? [],
    source: values.source,
    isTraced: values.trace ?? false,
  }),
});
