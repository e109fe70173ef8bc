import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { HEATMAP_ROWS_MAX } from '../limits.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { GROUP_BY, SOURCE_PARAMETER, TRACE } from '../parameter/reading.js';
import { TARGET } from '../parameter/target.js';
import { windowedRequest } from '../parameter/windowed.js';
import { heatmapPresenter } from '../present/heatmap.js';
import { LABEL_VALUES, TIMESTAMP } from '../schema/answers.js';
import { whole } from '../schema/vocabulary.js';
import { windowOf } from '../schema/windows.js';

const WINDOW_DEFAULT = { ms: 60_000, text: '1m' };
const ROWS_DEFAULT = 40;

/** GET /query/heatmap */
export const heatmapCall = defineQueryCall({
  method: 'GET',
  path: '/query/heatmap',
  group: 'Reading',
  summary: 'How many points have which value, window by window',
  description:
    'From the sketches of rollups, so a value may stand in the row beside its own when it is within 1 % of their bound. Rows are as far apart in value, or in ratio where values span a large one.',
  parameters: {
    target: TARGET,
    range: RANGE,
    window: queryParameter('window', windowOf('1m').optional()),
    rows: queryParameter(
      'rows',
      whole({ min: 1, max: HEATMAP_ROWS_MAX })
        .optional()
        .meta({ description: `Intervals that values are counted in; ${ROWS_DEFAULT} where it is not said.` }),
    ),
    groupBy: GROUP_BY,
    source: SOURCE_PARAMETER,
    trace: TRACE,
  },
  presenter: heatmapPresenter,
  answer: {
    schema: z.looseObject({
      metric_name: z.string(),
      window: z.string(),
      data_source: z.string(),
      series_selected: z.int(),
      bounds: z.array(z.number()).meta({ description: 'Row r holds values in [bounds[r], bounds[r + 1]).' }),
      data: z.array(
        z.object({ timestamp: TIMESTAMP, counts: z.array(z.number()), labels: LABEL_VALUES.optional() }),
      ),
    }),
    example: {
      metric_name: 'api.latency',
      window: '1m',
      data_source: 'metrics_1min',
      series_selected: 3,
      bounds: [1, 10, 100],
      data: [{ timestamp: '2024-01-01T00:00:00Z', counts: [120, 4] }],
    },
  },
  request: ({ values, nowMs }) => ({
    ...windowedRequest(values, WINDOW_DEFAULT, nowMs),
    rows: values.rows ?? ROWS_DEFAULT,
  }),
});
