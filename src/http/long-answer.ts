import type { HttpResponse } from 'uWebSockets.js';
import { ANSWER_PIECE_BYTES } from './limits.js';

/** What of a response sends a long body. */
export type LongResponse = Pick<HttpResponse, 'cork' | 'tryEnd' | 'getWriteOffset' | 'onWritable'>;

/**
 * Sends a body piece by piece, each when the socket has taken the one before, with the event loop turning between them. The library would copy a whole
 * body at once, what the socket does not take into memory of its own: 250 MB held the socket thread for more than half a second.
 */
export class LongAnswer {
  readonly #response: LongResponse;
  readonly #body: Uint8Array;
  readonly #isOpen: () => boolean;
  readonly #onSent: () => void;

  /** `isOpen` says whether the response may still be touched; `onSent` is called when all of the body is on its way. */
  constructor(response: LongResponse, body: Uint8Array, isOpen: () => boolean, onSent: () => void) {
    this.#response = response;
    this.#body = body;
    this.#isOpen = isOpen;
    this.#onSent = onSent;
  }

  /** To be called within the cork that the head was written in. */
  begin(): void {
    this.#response.onWritable(() => this.#send());
    this.#send();
  }

  /** Sends what comes next; false when the socket took less. */
  #send(): boolean {
    const response = this.#response;
    const offset = response.getWriteOffset();
    const [isTaken, isSent] = response.tryEnd(
      this.#body.subarray(offset, offset + ANSWER_PIECE_BYTES),
      this.#body.length,
    );
    if (isSent) this.#onSent();
    else if (isTaken) setImmediate(() => this.#goOn());
    return isTaken;
  }

  #goOn(): void {
    if (this.#isOpen()) this.#response.cork(() => void this.#send());
  }
}
