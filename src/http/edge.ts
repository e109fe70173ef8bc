import type { Clock } from '../clock.js';
import type { LivePort } from '../live/live-port.js';
import type { Logger } from '../log.js';
import type { AccessCheck } from './access-check.js';
import type { ByteBudget } from './byte-budget.js';
import type { Exchange } from './exchange.js';
import type { RecordScanner } from './ingest/record-scanner.js';
import type { IngestPort, OperatorPort, QueryPort, SnapshotPort, StorePort } from './ports.js';

/** The part of the configuration that the edge reads. */
export interface EdgeLimits {
  /** Bytes of a collected body, before and after decoding. */
  bodyBytes: number;
  /** Points of a collected body. */
  pointsPerBatch: number;
  /** How long a query may take, ms. */
  queryTimeoutMs: number;
}

/** What every call can reach. One for the life of the server. */
export interface Edge {
  limits: EdgeLimits;
  clock: Clock;
  log: Logger;
  ingest: IngestPort;
  query: QueryPort;
  live: LivePort;
  operator: OperatorPort;
  snapshots: SnapshotPort;
  store: StorePort;
  scanner: RecordScanner;
  /** Bytes of bodies that are collected. */
  budget: ByteBudget;
  /** Bytes of long answers that wait for their clients. */
  answers: ByteBudget;
  tokens: AccessCheck;
  /** The OpenAPI document of all calls, as JSON. */
  openApi: () => string;
}

/** One request as it comes to a call. */
export interface Incoming {
  exchange: Exchange;
  edge: Edge;
  /** Of the path, decoded, by name. */
  path: ReadonlyMap<string, string>;
}

/**
 * Answers a request. What it throws, or rejects with, becomes a problem document. It must register for the body
 * before it returns, because uWebSockets.js drops the body of a request that nobody listens to.
 */
export type Handler = (incoming: Incoming) => void | Promise<void>;

/** Who may use a call. `ingest` needs one of the ingest tokens and `admin` one of the admin tokens, where there are any. */
export type Access = 'read' | 'ingest' | 'admin';
