import type { Edge } from '../edge.js';
import type { Exchange } from '../exchange.js';
import type { IngestForm } from './ingest-form.js';

/** One request that brings points, and how it is answered. */
export interface IngestCall {
  exchange: Exchange;
  edge: Edge;
  form: IngestForm;
  /** Answers 200 with an object, in the format that the client asked for. */
  answer(body: object): void;
}
