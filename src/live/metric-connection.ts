import type { ErrorCode } from '../errors.js';
import type { LiveHub } from './live-hub.js';
import type { LiveSocket } from './live-socket.js';
import type { LiveConnection } from './live-sockets.js';
import type { LiveQuestion } from './question.js';
import { type Outlet, Reader } from './reader.js';
import type { ToldMessage } from './told-message.js';

/** RFC 6455: the server met a condition that it did not expect. */
const FAILED = 1011;

/** A reader of /ws/metrics/{metric}: JSON text, a message a point. What it sends is not looked at. */
export class MetricConnection implements LiveConnection, Outlet {
  readonly #socket: LiveSocket;
  readonly #reader: Reader;
  readonly #leave: () => void;

  constructor(socket: LiveSocket, hub: LiveHub, question: LiveQuestion) {
    this.#socket = socket;
    this.#reader = new Reader(this, hub.counters);
    this.#leave = hub.listen(question, this.#reader);
  }

  get waitingBytes(): number {
    return this.#socket.waitingBytes;
  }

  send({ members }: ToldMessage, missed: number): void {
    this.#socket.sendText(missed > 0 ? `{${members},"missed":${missed}}` : `{${members}}`);
  }

  together(act: () => void): void {
    this.#socket.together(act);
  }

  fail(_code: ErrorCode, detail: string): void {
    this.#socket.close(FAILED, detail);
  }

  onMessage(): void {}

  onRoom(): void {
    this.#reader.onRoom();
  }

  onClosed(): void {
    this.#leave();
  }
}
