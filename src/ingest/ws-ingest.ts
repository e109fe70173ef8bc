import type { WebSocket } from 'uWebSockets.js';
import type { Clock } from '../clock.js';
import { closeReason } from '../http/close-reason.js';
import type { AnyWebSocketBehavior } from '../http/websocket-route.js';
import { IngestConnection } from './connection.js';
import type { ConnectionContext, ConnectionSocket } from './connection-context.js';

/** Seconds without a message before a connection is closed; the library pings before that. */
const IDLE_SECONDS = 60;

/** Bytes of ACKs that wait for a client that does not read; more than a million of them. */
const BACKPRESSURE_BYTES_MAX = 16 * 1024 * 1024;

interface UserData {
  connection: IngestConnection | undefined;
}

class UwsSocket implements ConnectionSocket {
  #socket: WebSocket<UserData> | undefined;

  constructor(socket: WebSocket<UserData>) {
    this.#socket = socket;
  }

  send(frame: Uint8Array): void {
    this.#socket?.send(frame, true);
  }

  close(code: number, reason: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.end(code, closeReason(reason));
  }

  forget(): void {
    this.#socket = undefined;
  }
}

/**
 * The ingest connections of this process: WS /ws/ingest. Frames go to their connection at once, because their memory dies
 * with the handler; progress of the shards goes to the connections that wait for it.
 */
export class IngestSockets {
  readonly #context: ConnectionContext;
  readonly #clock: Clock;
  readonly #open = new Set<IngestConnection>();
  readonly #waiting = new Set<IngestConnection>();

  constructor(context: Omit<ConnectionContext, 'onWaiting'>, clock: Clock) {
    this.#context = { ...context, onWaiting: (connection) => this.#waiting.add(connection) };
    this.#clock = clock;
  }

  /** Looks whether something is settled. Called when a shard has made progress. */
  onProgress(): void {
    for (const ring of this.#context.links.rings) ring.clearNotified();
    const nowMs = this.#clock.nowMs();
    for (const connection of this.#waiting) {
      if (!connection.onProgress(nowMs)) this.#waiting.delete(connection);
    }
  }

  /** True while a batch waits for its shards. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Closes all connections: clients come again and go on from what is durable. */
  closeAll(): void {
    for (const connection of this.#open) connection.onStopping();
  }

  behavior(): AnyWebSocketBehavior {
    const { limits, counters } = this.#context;
    const sockets = new WeakMap<IngestConnection, UwsSocket>();
    const behavior: import('uWebSockets.js').WebSocketBehavior<UserData> = {
      // Twice the limit gets through to us, so that a frame beyond the limit is answered with its close code.
      maxPayloadLength: limits.frameBytesMax * 2,
      maxBackpressure: BACKPRESSURE_BYTES_MAX,
      closeOnBackpressureLimit: true,
      idleTimeout: IDLE_SECONDS,
      sendPingsAutomatically: true,
      upgrade: (response, request, context) => {
        response.upgrade<UserData>(
          { connection: undefined },
          request.getHeader('sec-websocket-key'),
          request.getHeader('sec-websocket-protocol'),
          request.getHeader('sec-websocket-extensions'),
          context,
        );
      },
      open: (socket) => {
        const wrapped = new UwsSocket(socket);
        const connection = new IngestConnection(this.#context, wrapped);
        socket.getUserData().connection = connection;
        sockets.set(connection, wrapped);
        this.#open.add(connection);
        counters.connections++;
        counters.connectionsTotal++;
      },
      message: (socket, message, isBinary) => {
        const { connection } = socket.getUserData();
        if (connection === undefined) return;
        if (isBinary) connection.onFrame(new Uint8Array(message), this.#clock.nowMs());
        else connection.onText();
      },
      close: (socket) => {
        const { connection } = socket.getUserData();
        if (connection === undefined) return;
        sockets.get(connection)?.forget();
        connection.onClosed();
        this.#open.delete(connection);
        counters.connections--;
      },
    };
    return behavior;
  }
}
