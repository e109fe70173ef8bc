import { contentCoding, createDecoder, decodingFault } from '../content-coding.js';
import type { Edge } from '../edge.js';
import type { Exchange } from '../exchange.js';
import type { IngestForm } from './ingest-form.js';
import { NdjsonIngest } from './ndjson-ingest.js';

/** Streams a request's NDJSON body into the engine, decoding it on the way where it is encoded. */
export function streamNdjson(exchange: Exchange, edge: Edge, form: IngestForm): void {
  const coding = contentCoding(exchange.contentEncoding);
  if (coding === 'identity') {
    const ingest = new NdjsonIngest(exchange, edge, form, {
      pause: () => exchange.pauseBody(),
      resume: () => exchange.resumeBody(),
      close: () => undefined,
    });
    exchange.onData((chunk, isLast) => {
      ingest.feed(chunk);
      if (isLast) ingest.end();
    });
    return;
  }
  const decoder = createDecoder(coding);
  const ingest = new NdjsonIngest(exchange, edge, form, {
    pause: () => decoder.pause(),
    resume: () => decoder.resume(),
    close: () => decoder.destroy(),
  });
  decoder.on('data', (chunk: Uint8Array) => ingest.feed(chunk));
  decoder.on('end', () => ingest.end());
  decoder.on('error', (error) => ingest.fail(() => decodingFault(error, coding, 0)));
  decoder.on('drain', () => exchange.resumeBody());
  exchange.onData((chunk, isLast) => {
    // The chunk's memory dies with this call; the decoder works on it later.
    if (decoder.destroyed) return;
    if (!decoder.write(chunk.slice()) && !isLast) exchange.pauseBody();
    if (isLast) decoder.end();
  });
}
