import { z } from 'zod';
import { collectBody } from '../body.js';
import { defineCall } from '../call/call.js';
import { streamNdjson } from '../ingest/ndjson-body.js';
import { ingestBody } from '../ingest/record-ingest.js';
import { bodyFormat } from '../media-types.js';
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
      data: [
        { name: 'api.latency', value: 23.5, timestamp: '2024-01-01T00:00:00Z', labels: { route: '/cart' } },
      ],
    },
  },
  answer: {
    schema: z.looseObject({ accepted: z.int(), rejected: z.int(), errors: POINT_ERRORS }),
    example: { accepted: 1, rejected: 0, errors: [] },
    formats: ['json'],
  },
  problems: [413, 415],
  handler: ({ exchange, edge }) => {
    const format = bodyFormat(exchange.contentType, ['json', 'msgpack', 'ndjson']);
    if (format === 'ndjson') {
      streamNdjson(exchange, edge);
      return;
    }
    collectBody(exchange, { bytesMax: edge.limits.bodyBytes, budget: edge.budget }, (body) =>
      ingestBody(exchange, edge, body, format),
    );
  },
});
