import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { RANGE } from '../parameter/range.js';
import { SELECTORS } from '../parameter/selectors.js';
import { badParameter } from '../query-string.js';
import { DAMAGED_SEGMENTS, TIER_CHANGE } from '../schema/tiers.js';

export const deleteSeriesCall = defineCall({
  method: 'DELETE',
  path: '/api/v1/series',
  access: 'admin',
  group: 'Rollups and retention',
  summary: 'Deletes points of a range',
  description:
    'Takes the points of [start, end) of all series that match out of every tier; without a start that is the last hour, as everywhere: start=0 is all of the past. A window inside of the range goes; one that the range cuts is made anew from what is left in the finer tier where that still has all of its points, and stays as it is otherwise. Answers when it is done; what has begun is finished also behind a crash. It takes what was accepted before it was asked for; points of the range that come while it has not begun may go with it, and those that come later stay.',
  parameters: { selectors: SELECTORS, range: RANGE },
  answer: {
    schema: z.looseObject({
      series: z.int().meta({ description: 'Series that match.' }),
      points: z.int().meta({ description: 'Raw points that went.' }),
      tiers: z.array(
        TIER_CHANGE.extend({ recomputed: z.int().meta({ description: 'Cells of cut windows, made anew.' }) }),
      ),
      damaged_segments: DAMAGED_SEGMENTS,
      duration_ms: z.number(),
    }),
    example: {
      series: 2,
      points: 720,
      tiers: [
        { tier: 'raw', rows: 720, recomputed: 0 },
        { tier: '1h', rows: 2, recomputed: 4 },
      ],
      damaged_segments: 0,
      duration_ms: 85,
    },
  },
  handler: async ({ edge, values: { selectors, range }, answer }) => {
    // Whoever wants to delete everything says so.
    if (selectors.length === 0) {
      throw badParameter(
        'match',
        'a selector of the series to delete, such as {__name__="cpu_usage",host="web-1"}; {__name__=~".+"} is every series',
        'none',
      );
    }
    answer(await edge.store.deleteSeries({ selectors, ...range }));
  },
});
