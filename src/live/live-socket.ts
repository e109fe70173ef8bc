import type { WebSocket } from 'uWebSockets.js';
import { closeReason } from '../http/close-reason.js';

/** A WebSocket that may be gone: the library's throws when it is touched after it has closed. */
export class LiveSocket {
  // The user data are the business of whoever made the socket.
  #ws: WebSocket<unknown> | undefined;

  constructor(ws: WebSocket<unknown>) {
    this.#ws = ws;
  }

  get waitingBytes(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  sendText(text: string): void {
    this.#ws?.send(text, false);
  }

  sendBinary(bytes: Uint8Array): void {
    this.#ws?.send(bytes, true);
  }

  /** Runs `act`; what it sends goes out in one system call. */
  together(act: () => void): void {
    if (this.#ws === undefined) act();
    else this.#ws.cork(act);
  }

  close(code: number, reason: string): void {
    const ws = this.#ws;
    this.#ws = undefined;
    ws?.end(code, closeReason(reason));
  }

  forget(): void {
    this.#ws = undefined;
  }
}
