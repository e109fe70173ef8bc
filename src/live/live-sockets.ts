import type { WebSocket } from 'uWebSockets.js';
import { errorText } from '../errors.js';
import type { OriginCheck } from '../http/origin-check.js';
import { queryNames } from '../http/parameter/parameter.js';
import { SELECTORS } from '../http/parameter/selectors.js';
import { QueryString } from '../http/query-string.js';
import { decodeSegment } from '../http/router.js';
import {
  type AnyWebSocketBehavior,
  type UpgradeRequest,
  upgrade,
  type WebSocketRoute,
} from '../http/websocket-route.js';
import type { Logger } from '../log.js';
import { COMMAND_BYTES_MAX, IDLE_SECONDS } from './limits.js';
import type { LiveHub } from './live-hub.js';
import { LiveSocket } from './live-socket.js';
import { MetricConnection } from './metric-connection.js';
import type { LiveQuestion } from './question.js';
import { StreamConnection } from './stream-connection.js';
import { questionOf } from './subscription.js';

/** One connection of either kind, as its socket's events see it. */
export interface LiveConnection {
  onMessage(message: Uint8Array, isBinary: boolean): void;
  /** The socket has sent what waited. */
  onRoom(): void;
  onClosed(): void;
}

interface UserData {
  /** Makes the connection when its socket is open. */
  open(socket: LiveSocket): LiveConnection;
  live: Live | undefined;
}

/** A connection whose socket is open. */
interface Live {
  socket: LiveSocket;
  connection: LiveConnection;
  /** Counts it out. */
  disconnect(): void;
}

/** RFC 6455: the server goes away; it met a condition that it did not expect. */
const GOING_AWAY = 1001;
const FAILED = 1011;

/** The connections of live push: WS /ws/metrics/{metric}, a message a point, and WS /ws/stream, with subscriptions. */
export class LiveSockets {
  readonly #hub: LiveHub;
  readonly #origins: OriginCheck;
  readonly #log: Logger;
  readonly #open = new Set<LiveSocket>();

  constructor(hub: LiveHub, origins: OriginCheck, log: Logger) {
    this.#hub = hub;
    this.#origins = origins;
    this.#log = log;
  }

  routes(): WebSocketRoute[] {
    return [
      {
        pattern: '/ws/metrics/:metric',
        behavior: this.#behavior((request) => {
          const question = metricQuestion(request);
          this.#hub.mustTake(question);
          return (socket) => new MetricConnection(socket, this.#hub, question);
        }),
      },
      {
        pattern: '/ws/stream',
        behavior: this.#behavior(({ query }) => {
          // What is subscribed to is said in commands.
          new QueryString(query).refuseOthers([]);
          return (socket) => new StreamConnection(socket, this.#hub);
        }),
      },
    ];
  }

  closeAll(): void {
    for (const socket of this.#open) socket.close(GOING_AWAY, 'the server is stopping');
  }

  /** `accept` reads the request, and answers how its connection is made; what it throws refuses the upgrade. */
  #behavior(accept: (request: UpgradeRequest) => UserData['open']): AnyWebSocketBehavior {
    const behavior: import('uWebSockets.js').WebSocketBehavior<UserData> = {
      maxPayloadLength: COMMAND_BYTES_MAX,
      idleTimeout: IDLE_SECONDS,
      sendPingsAutomatically: true,
      // Slow readers are passed over before the library would drop their messages, and answers are never dropped.
      maxBackpressure: 0,
      upgrade: (response, request, context) =>
        upgrade<UserData>(response, request, context, (read) => {
          this.#origins.mustAllow(read.origin);
          this.#hub.mustHaveRoom();
          return { open: accept(read), live: undefined };
        }),
      open: (ws: WebSocket<UserData>) => this.#onOpen(ws),
      message: (ws, message, isBinary) =>
        this.#guarded(ws, ({ connection }) => connection.onMessage(new Uint8Array(message), isBinary)),
      drain: (ws) => this.#guarded(ws, ({ connection }) => connection.onRoom()),
      close: (ws) => {
        const { live } = ws.getUserData();
        if (live === undefined) return;
        live.socket.forget();
        this.#open.delete(live.socket);
        live.disconnect();
        live.connection.onClosed();
      },
    };
    return behavior;
  }

  #onOpen(ws: WebSocket<UserData>): void {
    const data = ws.getUserData();
    const socket = new LiveSocket(ws);
    try {
      const disconnect = this.#hub.connect();
      // What it might throw, the upgrade was asked for before.
      data.live = { socket, connection: data.open(socket), disconnect };
      this.#open.add(socket);
    } catch (error) {
      this.#fail(socket, error);
    }
  }

  /** An exception that left a handler of the library's would end the process, for one connection's sake. */
  #guarded(ws: WebSocket<UserData>, act: (live: Live) => void): void {
    const { live } = ws.getUserData();
    if (live === undefined) return;
    try {
      act(live);
    } catch (error) {
      this.#fail(live.socket, error);
    }
  }

  #fail(socket: LiveSocket, error: unknown): void {
    this.#log.error({ detail: errorText(error) }, 'a live connection failed by our fault');
    socket.close(FAILED, 'the server failed; its log says more');
  }
}

/** @throws MillraceError 400 */
function metricQuestion({ query, parameters }: UpgradeRequest): LiveQuestion {
  const given = new QueryString(query);
  given.refuseOthers(queryNames({ selectors: SELECTORS }));
  const source = { query: given, path: new Map<string, string>(), accept: '', nowMs: 0 };
  return questionOf({
    metric: decodeSegment(parameters[0]!),
    selectors: SELECTORS.read(source),
    windowMs: undefined,
    stats: undefined,
    groupBy: undefined,
  });
}
