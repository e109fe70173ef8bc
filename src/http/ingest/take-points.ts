import { collectBody } from '../body.js';
import type { Edge } from '../edge.js';
import type { Exchange } from '../exchange.js';
import { bodyFormat } from '../media-types.js';
import type { IngestForm } from './ingest-form.js';
import { streamNdjson } from './ndjson-body.js';
import { ingestBody } from './record-ingest.js';

/** Takes the points of a body in any format: NDJSON as it streams in, the others whole. */
export function takePoints(exchange: Exchange, edge: Edge, form: IngestForm): void {
  const format = bodyFormat(exchange.contentType, ['json', 'msgpack', 'ndjson']);
  if (format === 'ndjson') {
    streamNdjson(exchange, edge, form);
    return;
  }
  collectBody(exchange, { bytesMax: edge.limits.bodyBytes, budget: edge.budget }, (body) =>
    ingestBody(exchange, edge, form, body, format),
  );
}
