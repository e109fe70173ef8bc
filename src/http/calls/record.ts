import { collectBody } from '../body.js';
import type { Call } from '../edge.js';
import { streamNdjson } from '../ingest/ndjson-body.js';
import { ingestBody } from '../ingest/record-ingest.js';
import { bodyFormat } from '../media-types.js';

/** POST /api/v1/record */
export function record({ exchange, edge, parameters }: Call): void {
  parameters.refuseOthers([]);
  const format = bodyFormat(exchange.contentType, ['json', 'msgpack', 'ndjson']);
  if (format === 'ndjson') {
    streamNdjson(exchange, edge);
    return;
  }
  collectBody(exchange, { bytesMax: edge.limits.bodyBytes, budget: edge.budget }, (body) =>
    ingestBody(exchange, edge, body, format),
  );
}
