import type { WebSocket } from 'uWebSockets.js';
import { MillraceError } from '../errors.js';
import { queryNames } from '../http/parameter/parameter.js';
import { SELECTORS } from '../http/parameter/selectors.js';
import { QueryString } from '../http/query-string.js';
import {
  type AnyWebSocketBehavior,
  type UpgradeRequest,
  upgrade,
  type WebSocketRoute,
} from '../http/websocket-route.js';
import { COMMAND_BYTES_MAX, IDLE_SECONDS, LIVE_CONNECTIONS_MAX } from './limits.js';
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
  socket: LiveSocket | undefined;
  connection: LiveConnection | undefined;
}

/** RFC 6455: the server goes away. */
const GOING_AWAY = 1001;

/** The connections of live push: WS /ws/metrics/{metric}, a message a point, and WS /ws/stream, with subscriptions. */
export class LiveSockets {
  readonly #hub: LiveHub;
  readonly #open = new Set<LiveSocket>();

  constructor(hub: LiveHub) {
    this.#hub = hub;
  }

  get count(): number {
    return this.#open.size;
  }

  routes(): WebSocketRoute[] {
    return [
      {
        pattern: '/ws/metrics/:metric',
        behavior: this.#behavior((request) => {
          const question = metricQuestion(request);
          return (socket) => new MetricConnection(socket, this.#hub, question);
        }),
      },
      {
        pattern: '/ws/stream',
        behavior: this.#behavior(() => (socket) => new StreamConnection(socket, this.#hub)),
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
      upgrade: (response, request, context) =>
        upgrade<UserData>(response, request, context, (read) => {
          this.#mustHaveRoom();
          return { open: accept(read), socket: undefined, connection: undefined };
        }),
      open: (ws: WebSocket<UserData>) => {
        const data = ws.getUserData();
        data.socket = new LiveSocket(ws);
        this.#open.add(data.socket);
        data.connection = data.open(data.socket);
      },
      message: (ws, message, isBinary) =>
        ws.getUserData().connection?.onMessage(new Uint8Array(message), isBinary),
      drain: (ws) => ws.getUserData().connection?.onRoom(),
      close: (ws) => {
        const { socket, connection } = ws.getUserData();
        if (socket === undefined) return;
        socket.forget();
        this.#open.delete(socket);
        connection?.onClosed();
      },
    };
    return behavior;
  }

  #mustHaveRoom(): void {
    if (this.#open.size < LIVE_CONNECTIONS_MAX) return;
    throw new MillraceError(
      'MR_BUSY',
      `${LIVE_CONNECTIONS_MAX} live connections are open, which is the most.`,
      {
        retryAfterMs: 1_000,
      },
    );
  }
}

/** @throws MillraceError 400 */
function metricQuestion({ query, parameters }: UpgradeRequest): LiveQuestion {
  const given = new QueryString(query);
  given.refuseOthers(queryNames({ selectors: SELECTORS }));
  const source = { query: given, path: new Map<string, string>(), accept: '', nowMs: 0 };
  return questionOf({
    metric: decoded(parameters[0]!),
    selectors: SELECTORS.read(source),
    windowMs: undefined,
    stats: undefined,
    groupBy: undefined,
  });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new MillraceError(
      'MR_BAD_PARAMETER',
      `The path segment "${segment}" is not percent-encoded UTF-8: write each byte as %XX with two hexadecimal digits.`,
    );
  }
}
