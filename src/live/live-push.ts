import { OriginCheck } from '../http/origin-check.js';
import type { WebSocketRoute } from '../http/websocket-route.js';
import type { LivePort } from '../live/live-port.js';
import type { Logger } from '../log.js';
import { LiveHub, type LiveReport } from './live-hub.js';
import { LiveSockets } from './live-sockets.js';
import type { LiveData } from './live-task.js';

/** Live push as the engine sees it: a thread that looks, a hub that shares, and the sockets that tell. */
export class LivePush {
  readonly #hub: LiveHub;
  readonly #sockets: LiveSockets;

  /** `allowedOrigins`: of pages on other hosts that may connect. */
  constructor(data: LiveData, allowedOrigins: readonly string[], log: Logger) {
    this.#hub = LiveHub.over(data, log);
    this.#sockets = new LiveSockets(this.#hub, new OriginCheck(allowedOrigins), log);
  }

  /** Where subscriptions over plain HTTP come in. */
  get port(): LivePort {
    return this.#hub;
  }

  routes(): WebSocketRoute[] {
    return this.#sockets.routes();
  }

  report(): LiveReport {
    return this.#hub.report();
  }

  start(): Promise<void> {
    return this.#hub.start();
  }

  /** Ends all subscriptions and connections, before the server is closed. */
  closeAll(): void {
    this.#hub.closeAll();
    this.#sockets.closeAll();
  }

  stop(): Promise<void> {
    return this.#hub.stop();
  }
}
