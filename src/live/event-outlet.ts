import type { ErrorCode } from '../errors.js';
import type { Exchange } from '../http/exchange.js';
import { READER_BYTES_MAX } from './limits.js';
import type { Outlet } from './reader.js';

const encoder = new TextEncoder();

/** Server-sent events of one subscription (WHATWG HTML, section 9.2): a response that stays open. */
export class EventOutlet implements Outlet {
  readonly #exchange: Exchange;
  readonly #event: 'point' | 'window';
  readonly #onRoom: () => void;
  #isBlocked = false;

  /** `onRoom` is called when the client has read what waited for it. */
  constructor(exchange: Exchange, event: 'point' | 'window', onRoom: () => void) {
    this.#exchange = exchange;
    this.#event = event;
    this.#onRoom = onRoom;
  }

  /** The response says only that it is blocked, not by how much. */
  get waitingBytes(): number {
    return this.#isBlocked ? READER_BYTES_MAX + 1 : 0;
  }

  send(members: string, missed: number): void {
    const tail = missed > 0 ? `,"missed":${missed}` : '';
    this.#write(`event: ${this.#event}\ndata: {${members}${tail}}\n\n`);
  }

  fail(code: ErrorCode, detail: string): void {
    this.#write(`event: error\ndata: ${JSON.stringify({ code, detail })}\n\n`);
    this.#exchange.endStream(200);
  }

  /** A line that clients pass over: finds out whether they are still there, and keeps what is between from closing. */
  beat(): void {
    if (!this.#isBlocked) this.#write(':\n\n');
  }

  #write(text: string): void {
    this.#isBlocked = true;
    void this.#exchange.write(encoder.encode(text)).then(() => {
      this.#isBlocked = false;
      this.#onRoom();
    });
  }
}
