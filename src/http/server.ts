import './header-room.js';

import {
  App,
  type HttpRequest,
  type HttpResponse,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
} from 'uWebSockets.js';
import type { Clock } from '../clock.js';
import { MillraceError } from '../errors.js';
import type { LivePort } from '../live/live-port.js';
import type { Logger } from '../log.js';
import { AccessCheck } from './access-check.js';
import { ByteBudget } from './byte-budget.js';
import type { Call } from './call/call.js';
import { CALLS, createRouter } from './calls.js';
import type { Edge, EdgeLimits } from './edge.js';
import { Exchange } from './exchange.js';
import { RecordScanner } from './ingest/record-scanner.js';
import { SeriesCache } from './ingest/series-cache.js';
import { ANSWERS_BYTES_TOTAL, BODIES_BYTES_TOTAL } from './limits.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { OriginCheck, preflightHeaders } from './origin-check.js';
import type { IngestPort, OperatorPort, QueryPort, SnapshotPort, StorePort } from './ports.js';
import type { Router } from './router.js';
import { type PathCheck, pathCheck, type WebSocketRoute } from './websocket-route.js';

/** From uSockets' libusockets.h: refuse a port that another process listens on, instead of sharing its connections. */
const LIBUS_LISTEN_EXCLUSIVE_PORT = 1;

/** How often a closing server looks whether its last request is answered, ms. */
const DRAIN_POLL_MS = 10;

export interface HttpServerOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  limits: EdgeLimits;
  /** Tokens that may send points; none means that everybody may. */
  ingestTokens: readonly string[];
  /** Tokens that may delete and change. */
  adminTokens?: readonly string[];
  /** Tokens that may read; none means that everybody may. */
  readTokens?: readonly string[];
  /** Origins of other hosts whose pages may read. */
  allowedOrigins?: readonly string[];
  clock: Clock;
  log: Logger;
  ingest: IngestPort;
  query: QueryPort;
  live: LivePort;
  operator: OperatorPort;
  snapshots: SnapshotPort;
  store: StorePort;
  webSockets?: readonly WebSocketRoute[];
  /** The HTTP calls that are served; all where it isn't said. */
  calls?: readonly Call[];
}

/** Requests since the start; `aborted` are those whose client went away before the answer. */
export interface HttpCounters {
  requests: number;
  inFlight: number;
  answered2xx: number;
  answered4xx: number;
  answered5xx: number;
  aborted: number;
  bodyBytesHeld: number;
  /** Bytes of long answers that clients have not taken yet. */
  answerBytesHeld: number;
}

/** Before a server runs. */
export const NO_HTTP: HttpCounters = {
  requests: 0,
  inFlight: 0,
  answered2xx: 0,
  answered4xx: 0,
  answered5xx: 0,
  aborted: 0,
  bodyBytesHeld: 0,
  answerBytesHeld: 0,
};

export interface HttpServer {
  /** The port listened on. */
  port: number;
  counters(): HttpCounters;
  /** Takes no more connections, answers what is under way, and closes everything after drainMs at the latest. */
  close(drainMs: number): Promise<void>;
}

/**
 * Starts the HTTP and WebSocket edge.
 * @throws MillraceError MR_LISTEN where the address can't be listened on
 */
export function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  return new UwsServer(options).listen();
}

class UwsServer implements HttpServer {
  port = 0;
  readonly #options: HttpServerOptions;
  readonly #app = App();
  readonly #edge: Edge;
  readonly #router: Router<Call>;
  readonly #origins: OriginCheck;
  readonly #speaksWebSocket: PathCheck;
  readonly #counters = { ...NO_HTTP };
  #listenSocket: us_listen_socket | undefined;
  #isClosing = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const {
      limits,
      clock,
      log,
      ingest,
      query,
      live,
      operator,
      store,
      snapshots,
      ingestTokens,
      adminTokens = [],
    } = options;
    this.#router = createRouter(options.calls);
    this.#origins = new OriginCheck(options.allowedOrigins ?? []);
    this.#speaksWebSocket = pathCheck(options.webSockets ?? []);
    this.#edge = {
      limits,
      clock,
      log,
      ingest,
      query,
      live,
      operator,
      store,
      snapshots,
      scanner: new RecordScanner(new SeriesCache()),
      budget: new ByteBudget(BODIES_BYTES_TOTAL),
      answers: new ByteBudget(ANSWERS_BYTES_TOTAL),
      openApi: lazy(() => JSON.stringify(openApiDocument(CALLS, operator.health().version))),
      tokens: new AccessCheck({ ingest: ingestTokens, admin: adminTokens, read: options.readTokens ?? [] }),
    };
    for (const { pattern, behavior } of options.webSockets ?? []) this.#app.ws(pattern, behavior);
    this.#app.any('/*', (response, request) => this.#onRequest(response, request));
  }

  listen(): Promise<this> {
    const { host, port } = this.#options;
    // The declaration lacks the form with host and options; the library has it.
    const listen = this.#app.listen.bind(this.#app) as unknown as (
      host: string,
      port: number,
      options: number,
      onListening: (socket: us_listen_socket | false) => void,
    ) => void;
    return new Promise((resolve, reject) => {
      listen(host, port, LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
        if (socket === false) {
          reject(
            new MillraceError(
              'MR_LISTEN',
              `Cannot listen on ${host}:${port}: another process may have the port, or this machine no such address. Choose another with --port (0 takes any free one) or --host.`,
            ),
          );
          return;
        }
        this.#listenSocket = socket;
        this.port = us_socket_local_port(socket);
        resolve(this);
      });
    });
  }

  counters(): HttpCounters {
    const { budget, answers } = this.#edge;
    return { ...this.#counters, bodyBytesHeld: budget.bytes, answerBytesHeld: answers.bytes };
  }

  async close(drainMs: number): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#listenSocket !== undefined) us_listen_socket_close(this.#listenSocket);
    const deadline = this.#edge.clock.monotonicMs() + drainMs;
    while (this.#counters.inFlight > 0 && this.#edge.clock.monotonicMs() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
    this.#app.close();
  }

  #onRequest(response: HttpResponse, request: HttpRequest): void {
    this.#counters.requests++;
    this.#counters.inFlight++;
    const exchange = new Exchange(response, request, this.#edge, (status) => this.#onDone(status));
    if (this.#isClosing) exchange.closeAfterwards();
    exchange.share(this.#origins.headersFor(exchange.origin));
    try {
      const handled = this.#dispatch(exchange);
      if (handled !== undefined) handled.catch((error: unknown) => exchange.fail(error));
    } catch (error) {
      exchange.fail(error);
    }
  }

  #dispatch(exchange: Exchange): void | Promise<void> {
    if (this.#speaksWebSocket(exchange.path)) {
      throw new MillraceError(
        'MR_UPGRADE_REQUIRED',
        `${exchange.path} speaks WebSocket only: connect with ws://. Over plain HTTP points go to POST /api/v1/record, and live data comes from GET /api/v1/stream.`,
        { headers: { Upgrade: 'websocket' } },
      );
    }
    if (exchange.method === 'OPTIONS') {
      const allow = this.#router.allowed(exchange.path).join(', ');
      const preflight = exchange.origin === '' ? {} : preflightHeaders(allow);
      return exchange.answer(204, undefined, '', { Allow: allow, ...preflight });
    }
    const { target, parameters } = this.#router.find(exchange.method, exchange.path);
    this.#edge.tokens.mustAllow(target.access, exchange.authorization);
    return target.handle({ exchange, edge: this.#edge, path: parameters });
  }

  #onDone(status: number): void {
    this.#counters.inFlight--;
    if (status === 0) this.#counters.aborted++;
    else if (status < 400) this.#counters.answered2xx++;
    else if (status < 500) this.#counters.answered4xx++;
    else this.#counters.answered5xx++;
  }
}

/** Calls `make` once, when it is first asked. */
function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
