import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { IMPORT_FORM } from '../ingest/ingest-form.js';
import { takePoints } from '../ingest/take-points.js';
import { IMPORT_POINT, POINT_ERRORS } from '../schema/points.js';

const time = z.string().nullable();

/**
 * A history, as old as any tier keeps. A point is seen in every tier from the moment that it is acknowledged
 * (docs/adr/0007), so there is nothing else to do here than to take points.
 */
export const backfillImportCall = defineCall({
  method: 'POST',
  path: '/backfill/import',
  access: 'ingest',
  group: 'Ingest',
  summary: 'Takes a history, as old as any tier keeps it',
  description:
    'JSON or MessagePack `{"metrics":[...]}`, or NDJSON: a point a line, streamed, of any length. When it answers, raw points and every rollup of that range are right, whatever was there before. 200 while a point was imported or none was sent, 400 if all were bad.',
  streamedBody: {
    formats: ['json', 'msgpack', 'ndjson'],
    schema: z.object({ metrics: z.array(IMPORT_POINT) }),
    example: {
      metrics: [
        {
          metric_name: 'cpu_usage',
          value: 45.2,
          timestamp: '2024-01-01T00:00:00Z',
          labels: { host: 'server-01' },
        },
      ],
    },
  },
  answer: {
    schema: z.looseObject({
      imported: z.int(),
      rejected: z.int(),
      errors: POINT_ERRORS,
      series: z.int().meta({ description: 'Series that got points.' }),
      from: time.meta({ description: 'The oldest point that was imported; null: none was.' }),
      to: time.meta({ description: 'The newest.' }),
    }),
    example: {
      imported: 1,
      rejected: 0,
      errors: [],
      series: 1,
      from: '2024-01-01T00:00:00Z',
      to: '2024-01-01T00:00:00Z',
    },
  },
  problems: [413, 415],
  handler: ({ exchange, edge, answer }) => takePoints({ exchange, edge, form: IMPORT_FORM, answer }),
});
