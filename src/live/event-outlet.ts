import type { ErrorCode } from '../errors.js';
import type { Exchange } from '../http/exchange.js';
import { READER_BYTES_MAX } from './limits.js';
import type { Outlet } from './reader.js';
import type { ToldMessage } from './told-message.js';

const encoder = new TextEncoder();

/** Server-sent events of one subscription (WHATWG HTML, section 9.2): a response that stays open. */
export class EventOutlet implements Outlet {
  readonly #exchange: Exchange;
  readonly #event: 'point' | 'window';
  readonly #onRoom: () => void;
  #isBlocked = false;
  /** Events that go out together, while they are collected. */
  #held: string[] | undefined;
  #heldBytes = 0;

  /** `onRoom` is called when the client has read what waited for it. */
  constructor(exchange: Exchange, event: 'point' | 'window', onRoom: () => void) {
    this.#exchange = exchange;
    this.#event = event;
    this.#onRoom = onRoom;
  }

  /** Of a blocked response nobody knows by how much it is. */
  get waitingBytes(): number {
    return this.#isBlocked ? READER_BYTES_MAX + 1 : this.#heldBytes;
  }

  send({ members }: ToldMessage, missed: number): void {
    const tail = missed > 0 ? `,"missed":${missed}` : '';
    this.#write(`event: ${this.#event}\ndata: {${members}${tail}}\n\n`);
  }

  together(act: () => void): void {
    this.#held = [];
    act();
    const text = this.#held.join('');
    this.#held = undefined;
    this.#heldBytes = 0;
    if (text !== '') this.#write(text);
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
    if (this.#held !== undefined) {
      this.#held.push(text);
      this.#heldBytes += text.length;
      return;
    }
    const hasRoom = this.#exchange.tryWrite(encoder.encode(text), () => {
      this.#isBlocked = false;
      this.#onRoom();
    });
    if (!hasRoom) this.#isBlocked = true;
  }
}
