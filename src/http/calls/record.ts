import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { RECORD_FORM } from '../ingest/ingest-form.js';
import { takePoints } from '../ingest/take-points.js';
import { POINT_ERRORS, RECORD_POINT } from '../schema/points.js';

export const recordCall = defineCall({
  method: 'POST',
  path: '/api/v1/record',
  access: 'ingest',
  group: 'Ingest',
  summary: 'Takes points; they are durable when it answers',
  description:
    'JSON or MessagePack `{"data":[...]}`, or NDJSON: a point a line, streamed, of any length. 200 while a point was accepted or none was sent, 400 if all were bad.',
  streamedBody: {
    formats: ['json', 'msgpack', 'ndjson'],
    schema: z.object({ data: z.array(RECORD_POINT) }),
    example: {
      data: [{ name: 'api.latency', value: 23.5, labels: { route: '/cart' } }],
    },
  },
  answer: {
    schema: z.looseObject({ accepted: z.int(), rejected: z.int(), errors: POINT_ERRORS }),
    example: { accepted: 1, rejected: 0, errors: [] },
  },
  problems: [413, 415],
  handler: ({ exchange, edge, answer }) => takePoints({ exchange, edge, form: RECORD_FORM, answer }),
});
