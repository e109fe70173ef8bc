import { z } from 'zod';
import { formatDuration } from '../../time/duration.js';
import { defineQueryCall } from '../call/query-call.js';
import { badBody } from '../ingest/body-reader.js';
import { AGGREGATIONS_MAX, ROLLING_WINDOWS_MAX, TOP_GROUPS_MAX } from '../limits.js';
import { BODY_RANGE, bodyRange } from '../parameter/body-range.js';
import { BODY_SELECTORS, bodySelectors } from '../parameter/body-selectors.js';
import { keptMoment } from '../parameter/kept-moment.js';
import { TRACE } from '../parameter/reading.js';
import { checkSelectors, SELECTORS } from '../parameter/selectors.js';
import { resolveTargets } from '../parameter/target.js';
import { aggregateMember, aggregatePresenter } from '../present/aggregate.js';
import { LABEL_VALUES, NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { FILL, LABEL_NAMES, METRIC_NAME, whole } from '../schema/vocabulary.js';
import { AGGREGATION, checkSource, SOURCE, windowOf } from '../schema/windows.js';

const BODY = z.strictObject({
  metric_name: METRIC_NAME.optional(),
  interval: windowOf('5min'),
  aggregation: AGGREGATION.optional(),
  aggregations: z
    .array(AGGREGATION)
    .min(1)
    .max(AGGREGATIONS_MAX)
    // Rows have one member of a name.
    .transform((list) => {
      const names = list.map(aggregateMember);
      return list.filter((_, at) => names.indexOf(names[at]!) === at);
    })
    .optional()
    .meta({
      description: 'Several at once, in place of `aggregation`: rows have a member for each. Repetitions go.',
    }),
  ...BODY_RANGE,
  ...BODY_SELECTORS,
  group_by: LABEL_NAMES.optional(),
  fill: z.union([FILL, z.null()], { error: 'none or null' }).optional(),
  rolling: windowOf('30min').optional().meta({
    description: 'How far each row looks back from the end of its window; a multiple of the interval.',
  }),
  source: SOURCE.optional(),
  top: whole({ min: 1, max: TOP_GROUPS_MAX })
    .optional()
    .meta({ description: 'Only so many groups, those with the largest last values.' }),
});

const DEFAULT = { name: 'mean', kind: 'mean', percent: 0 } as const;

/** POST /api/v1/aggregate */
export const aggregateCall = defineQueryCall({
  method: 'POST',
  path: '/api/v1/aggregate',
  group: 'Reading',
  summary: 'One or several aggregations in windows of any length',
  description:
    'Windows are aligned to the epoch in UTC; a row has the start of its window. Aggregations go over all points of a window and group; rate and increase are summed over series. A `match` with a condition on `__name__`, such as {__name__=~"cpu_.*"}, reads several metrics at once; `group_by` ["__name__"] tells them apart.',
  parameters: { selectors: SELECTORS, trace: TRACE },
  body: {
    schema: BODY,
    example: { metric_name: 'cpu_usage', interval: '5min', aggregation: 'mean', start: '1h' },
  },
  presenter: aggregatePresenter,
  answer: {
    schema: z.looseObject({
      metric_name: z.string().nullable(),
      interval: z.string(),
      aggregation: z.string().optional(),
      data_source: z.string(),
      data: z.array(
        z
          .object({ timestamp: TIMESTAMP, value: NUMBER_OR_NULL.optional(), labels: LABEL_VALUES.optional() })
          .catchall(NUMBER_OR_NULL),
      ),
    }),
    example: {
      metric_name: 'cpu_usage',
      interval: '5min',
      aggregation: 'mean',
      data_source: 'metrics_5min',
      data: [{ timestamp: '2024-01-01T00:00:00Z', value: 23.5 }],
    },
  },
  request: ({ values, body, nowMs }) => {
    const { interval, rolling, aggregation, aggregations } = body;
    if (aggregation !== undefined && aggregations !== undefined) {
      throw badBody('an object with either aggregation or aggregations; got both', {
        member: 'aggregations',
      });
    }
    checkSource(body.source, interval.ms, 'interval');
    checkRolling(rolling?.ms ?? interval.ms, interval.ms);
    const given = checkSelectors([...values.selectors, ...bodySelectors(body)]);
    const { metric, names, selectors } = resolveTargets(body.metric_name, given);
    const { startMs, endMs } = bodyRange(body, nowMs);
    // Member by member: copies of other objects took a tenth of a small question's time.
    return {
      metric,
      names,
      selectors,
      startMs,
      endMs,
      nowMs: keptMoment(nowMs),
      stepMs: interval.ms,
      intervalText: interval.text,
      rollingMs: rolling?.ms ?? interval.ms,
      rollingText: rolling?.text,
      aggregations: aggregations ?? [aggregation ?? DEFAULT],
      isList: aggregations !== undefined,
      groupBy: body.group_by ?? [],
      source: body.source,
      top: body.top,
      isFilled: body.fill === 'null' || body.fill === null,
      isTraced: values.trace ?? false,
    };
  },
});

function checkRolling(rollingMs: number, intervalMs: number): void {
  const windows = rollingMs / intervalMs;
  if (Number.isInteger(windows) && windows <= ROLLING_WINDOWS_MAX) return;
  throw badBody(
    `an object whose rolling is a multiple of interval, up to ${ROLLING_WINDOWS_MAX} of them; got ${formatDuration(rollingMs)} for an interval of ${formatDuration(intervalMs)}`,
    { member: 'rolling' },
  );
}
