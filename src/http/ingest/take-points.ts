import { collectBody } from '../body.js';
import { bodyFormat } from '../media-types.js';
import type { IngestCall } from './ingest-call.js';
import { streamNdjson } from './ndjson-body.js';
import { ingestBody } from './record-ingest.js';

/** Takes the points of a body in any format: NDJSON as it streams in, the others whole. */
export function takePoints(call: IngestCall): void {
  const { exchange, edge } = call;
  const format = bodyFormat(exchange.contentType, ['json', 'msgpack', 'ndjson']);
  if (format === 'ndjson') {
    streamNdjson(call);
    return;
  }
  collectBody(exchange, { bytesMax: edge.limits.bodyBytes, budget: edge.budget }, (body) =>
    ingestBody(call, body, format),
  );
}
