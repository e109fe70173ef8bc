import { contentCoding, createDecoder, decodingFault } from '../content-coding.js';
import type { IngestCall } from './ingest-call.js';
import { NdjsonIngest } from './ndjson-ingest.js';

/** Streams a request's NDJSON body into the engine, decoding it on the way where it is encoded. */
export function streamNdjson(call: IngestCall): void {
  const { exchange } = call;
  const coding = contentCoding(exchange.contentEncoding);
  if (coding === 'identity') {
    const ingest = new NdjsonIngest(call, {
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
  const ingest = new NdjsonIngest(call, {
    pause: () => decoder.pause(),
    resume: () => decoder.resume(),
    close: () => decoder.destroy(),
  });
  decoder.on('data', (chunk: Uint8Array) => ingest.feed(chunk));
  decoder.on('end', () => ingest.end());
  decoder.on('error', (error) =>
    ingest.fail((progress) => decodingFault(error, { coding, bytesMax: 0, fields: progress })),
  );
  decoder.on('drain', () => exchange.resumeBody());
  exchange.onData((chunk, isLast) => {
    // The chunk's memory dies with this call; the decoder works on it later.
    if (decoder.destroyed) return;
    if (!decoder.write(chunk.slice()) && !isLast) exchange.pauseBody();
    if (isLast) decoder.end();
  });
}
