import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { rollupsStatusPresenter } from '../present/rollups-status.js';
import { NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { TIER } from '../schema/tiers.js';

export const rollupsStatusCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/rollups/status',
  group: 'Rollups and retention',
  summary: 'What each tier holds',
  presenter: rollupsStatusPresenter,
  answer: {
    schema: z.looseObject({
      tiers: z.array(
        z.looseObject({
          tier: TIER,
          window_seconds: z.number().meta({ description: '0 of raw.' }),
          retention: z
            .string()
            .meta({ description: 'The default; rules may keep some metrics longer or shorter.' }),
          rows: z.int().meta({ description: 'Points of raw, cells of a rollup.' }),
          bytes: z.int(),
          segments: z.int(),
          oldest: TIMESTAMP.nullable().meta({
            description: 'Start of the oldest stored window; null: none is.',
          }),
          newest: TIMESTAMP.nullable(),
          lag_seconds: NUMBER_OR_NULL.meta({
            description:
              'How far the newest point in the tier lies behind the newest of all. Queries are not behind: they add what is not in the tier yet.',
          }),
          swept_rows: z.int().meta({ description: 'Rows that retention has taken away.' }),
          last_sweep: TIMESTAMP.nullable(),
        }),
      ),
      fresh_points: z.int().meta({ description: 'Stored points that are in no tier yet.' }),
      open_points: z.int().meta({ description: 'Points that are in the log and in memory.' }),
      newest_point: TIMESTAMP.nullable(),
    }),
    example: {
      tiers: [
        {
          tier: '1m',
          window_seconds: 60,
          retention: '90d',
          rows: 14_400,
          bytes: 259_200,
          segments: 12,
          oldest: '2024-01-01T00:00:00Z',
          newest: '2024-01-01T23:59:00Z',
          lag_seconds: 12.5,
          swept_rows: 0,
          last_sweep: '2024-01-02T00:00:00Z',
        },
      ],
      fresh_points: 6_000,
      open_points: 120,
      newest_point: '2024-01-02T00:00:10Z',
    },
  },
  request: ({ edge }) => ({ retentionMs: edge.store.retentionMs }),
});
