import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { MillraceError } from '../errors.js';
import type { Logger } from '../log.js';
import type { ByteBudget } from './byte-budget.js';
import { ANSWER_PIECE_BYTES } from './limits.js';
import { LongAnswer } from './long-answer.js';
import { asMillraceError, PROBLEM_TYPE, problemHeaders, problemOf } from './problem.js';

const encoder = new TextEncoder();

/** What all exchanges of a server share. */
export interface ExchangeTools {
  log: Logger;
  /** Bytes of long answers that wait for their clients. */
  answers: ByteBudget;
}

/**
 * One request and its answer, over uWebSockets.js, whose rules it keeps for everybody else:
 *
 *  1. The request dies when the handler returns, so what is needed of it is copied here.
 *  2. The response dies when it is answered or aborted; touching it afterwards throws. Every method here
 *     checks, so a late answer to a client that went away does nothing.
 *  3. Writes outside the handler must be corked, or each goes out in a packet of its own.
 */
export class Exchange {
  readonly method: string;
  /** The path as it came, still percent-encoded. */
  readonly path: string;
  /** What stands behind the question mark, still encoded. */
  readonly query: string;
  readonly accept: string;
  readonly acceptEncoding: string;
  readonly ifNoneMatch: string;
  readonly contentType: string;
  readonly contentEncoding: string;
  /** Bytes, or -1 where the header is absent or no number. */
  readonly contentLength: number;
  readonly authorization: string;
  readonly origin: string;

  readonly #response: HttpResponse;
  readonly #tools: ExchangeTools;
  readonly #onDone: (status: number) => void;
  #state: 'open' | 'streaming' | 'done' | 'aborted' = 'open';
  #abort: AbortController | undefined;
  readonly #abortListeners: (() => void)[] = [];
  readonly #endListeners: (() => void)[] = [];
  #resumeWriter: (() => void) | undefined;
  #closeAfter = false;
  #sharing: Readonly<Record<string, string>> = {};
  #isPaused = false;

  /** @param onDone called once: the status answered, or 0 when the client went away first */
  // Four arguments: the two halves of what uWebSockets.js gives, what all share, and who counts.
  constructor(
    response: HttpResponse,
    request: HttpRequest,
    tools: ExchangeTools,
    onDone: (status: number) => void,
  ) {
    this.#response = response;
    this.#tools = tools;
    this.#onDone = onDone;
    this.method = request.getCaseSensitiveMethod();
    this.path = request.getUrl();
    // The declaration says string, but a request without a question mark gives null.
    this.query = (request.getQuery() as string | null) ?? '';
    this.accept = request.getHeader('accept');
    this.acceptEncoding = request.getHeader('accept-encoding');
    this.ifNoneMatch = request.getHeader('if-none-match');
    this.contentType = request.getHeader('content-type');
    this.contentEncoding = request.getHeader('content-encoding');
    this.authorization = request.getHeader('authorization');
    this.origin = request.getHeader('origin');
    const length = request.getHeader('content-length');
    this.contentLength = /^\d{1,15}$/.test(length) ? Number(length) : -1;
    response.onAborted(() => this.#onAborted());
  }

  /** Whether an answer can still be given. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isAborted(): boolean {
    return this.#state === 'aborted';
  }

  /** Aborts when the client goes away. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.isAborted) this.#abort.abort();
    return this.#abort.signal;
  }

  /** Calls back when the client goes away before it was answered. */
  onAbort(listener: () => void): void {
    this.#abortListeners.push(listener);
  }

  /** Calls back when the answer has ended, or the client has gone away. */
  onEnd(listener: () => void): void {
    this.#endListeners.push(listener);
  }

  /** Headers that every answer has, whatever it will be: which pages of other origins may see it. */
  share(headers: Readonly<Record<string, string>>): void {
    this.#sharing = headers;
  }

  /** The connection is to end after this answer (the server is stopping). */
  closeAfterwards(): void {
    this.#closeAfter = true;
  }

  /** Passes the body's chunks on; a chunk's memory dies when the handler returns. */
  onData(handler: (chunk: Uint8Array, isLast: boolean) => void): void {
    if (this.#state !== 'open') return;
    this.#response.onData((chunk, isLast) => {
      if (this.#state === 'open') handler(new Uint8Array(chunk), isLast);
    });
  }

  /** Stops reading the body from the socket; the sender feels it as backpressure. Chunks already read may still come. */
  pauseBody(): void {
    if (this.#state !== 'open' || this.#isPaused) return;
    this.#isPaused = true;
    this.#response.pause();
  }

  resumeBody(): void {
    if (this.#state !== 'open' || !this.#isPaused) return;
    this.#isPaused = false;
    this.#response.resume();
  }

  /**
   * Answers with a whole body. A HEAD request gets its headers only. A long body is held until its client has taken it, or has gone; where too many
   * are, the answer is that the server is busy.
   */
  answer(
    status: number,
    contentType: string | undefined,
    body: Uint8Array | string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    if (this.#state !== 'open') return;
    // Nobody else would, and the connection's next request would never be read.
    this.resumeBody();
    if (body.length > ANSWER_PIECE_BYTES && typeof body !== 'string' && this.method !== 'HEAD') {
      this.#answerInPieces(status, contentType, body, headers);
      return;
    }
    this.#state = 'done';
    const response = this.#response;
    response.cork(() => {
      this.#writeHead(status, contentType, headers);
      if (this.method !== 'HEAD' && status !== 204 && status !== 304) {
        response.end(body, this.#closeAfter);
        return;
      }
      // With arguments, endWithoutBody would wait for that many bytes; as headers of our own both are harmless.
      const length = typeof body === 'string' ? encoder.encode(body).length : body.byteLength;
      if (status !== 204 && status !== 304) response.writeHeader('Content-Length', String(length));
      if (this.#closeAfter) response.writeHeader('Connection', 'close');
      response.endWithoutBody();
    });
    this.#finish(status);
  }

  // Four arguments: those of `answer`.
  #answerInPieces(
    status: number,
    contentType: string | undefined,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): void {
    const { answers } = this.#tools;
    if (!answers.tryTake(body.length)) {
      this.fail(
        new MillraceError(
          'MR_BUSY',
          'The server holds as many long answers as it may for clients that are slow to take them. Ask for less, or again in a moment.',
        ),
      );
      return;
    }
    this.onEnd(() => answers.give(body.length));
    this.#state = 'streaming';
    const onSent = (): void => {
      this.#state = 'done';
      this.#finish(status);
    };
    const answer = new LongAnswer(this.#response, body, () => this.#state === 'streaming', onSent);
    this.#response.cork(() => {
      this.#writeHead(status, contentType, headers);
      if (this.#closeAfter) this.#response.writeHeader('Connection', 'close');
      answer.begin();
    });
  }

  answerJson(status: number, body: object): void {
    this.answer(status, 'application/json', JSON.stringify(body));
  }

  /** Answers with the problem document of anything that was thrown, or cuts an answer short that has begun. */
  fail(error: unknown): void {
    // What ended because its client went away is no fault, and nobody waits for an answer.
    if (this.isAborted && error instanceof Error && error.name === 'AbortError') return;
    const coded = asMillraceError(error);
    if (coded.code === 'MR_INTERNAL') {
      this.#tools.log.error(
        { err: coded.cause, method: this.method, path: this.path },
        'a request failed by our fault',
      );
    }
    if (this.#state === 'streaming') {
      // Only a broken chunked body tells the client that rows are missing.
      this.#response.close();
      return;
    }
    const problem = problemOf(coded);
    this.answer(problem.status, PROBLEM_TYPE, JSON.stringify(problem), problemHeaders(coded));
  }

  /** Begins an answer of unknown length. */
  startStream(status: number, contentType: string, headers: Readonly<Record<string, string>> = {}): void {
    if (this.#state !== 'open') return;
    this.#state = 'streaming';
    this.#response.cork(() => this.#writeHead(status, contentType, headers));
  }

  /** Writes a part of a streamed answer, and resolves when the client has room for more, or is gone. */
  write(part: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.tryWrite(part, resolve)) resolve();
    });
  }

  /**
   * Writes a part of a streamed answer and answers true while the client has room for more, or is gone. Else `onRoom` is called once
   * it has, or is gone.
   */
  tryWrite(part: Uint8Array, onRoom: () => void): boolean {
    if (this.#state !== 'streaming' || part.length === 0) return true;
    const response = this.#response;
    let flushed = false;
    response.cork(() => {
      flushed = response.write(part);
    });
    if (flushed) return true;
    this.#resumeWriter = onRoom;
    response.onWritable(() => {
      this.#resumeWriter = undefined;
      onRoom();
      return true;
    });
    return false;
  }

  endStream(status: number): void {
    if (this.#state !== 'streaming') return;
    this.#state = 'done';
    this.#response.cork(() => this.#response.end(undefined, this.#closeAfter));
    this.#finish(status);
  }

  #writeHead(
    status: number,
    contentType: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): void {
    const response = this.#response;
    response.writeStatus(`${status} ${STATUS_CODES[status] ?? 'Status'}`);
    if (contentType !== undefined) response.writeHeader('Content-Type', contentType);
    if (!('Cache-Control' in headers)) response.writeHeader('Cache-Control', 'no-store');
    for (const name of Object.keys(headers)) response.writeHeader(name, headers[name]!);
    for (const name of Object.keys(this.#sharing)) response.writeHeader(name, this.#sharing[name]!);
  }

  #onAborted(): void {
    if (this.#state === 'done') return;
    this.#state = 'aborted';
    this.#abort?.abort();
    for (const listener of this.#abortListeners) listener();
    this.#resumeWriter?.();
    this.#finish(0);
  }

  #finish(status: number): void {
    this.#abortListeners.length = 0;
    if (this.#endListeners.length > 0) for (const listener of this.#endListeners.splice(0)) listener();
    this.#onDone(status);
  }
}
