import { CloseCode } from '../close-codes.js';
import { AckView, decodeAck } from '../frames/ack.js';
import { BusyView, decodeBusy } from '../frames/busy.js';
import { decodeError, ErrorView } from '../frames/error.js';
import { peekOpcode } from '../frames/frame-header.js';
import { encodeHello, type Hello } from '../frames/hello.js';
import { decodeWelcome, type Welcome, WelcomeView } from '../frames/welcome.js';
import { CursorWriter } from '../msgpack/cursor-writer.js';
import { DecodeStatus } from '../msgpack/decode-failure.js';
import { Opcode, opcodeName } from '../opcodes.js';
import type { ProducerHost, ProducerSocket, TimerHandle } from './host.js';
import { ProducerError } from './producer-error.js';

/** What happens on a connection. After `onDown` nothing more comes. Views are valid during the call. */
export interface ConnectionEvents {
  onWelcome(welcome: Welcome): void;
  onAck(ack: AckView): void;
  onBusy(busy: BusyView): void;
  onErrorFrame(error: ErrorView): void;
  /** `problem` says why this side gave it up; undefined when the other side or the network did. */
  onDown(code: number, reason: string, problem: ProducerError | undefined): void;
}

/** One socket from HELLO to its end. Makes frames into events; knows nothing of batches. */
export class Connection {
  readonly #host: ProducerHost;
  readonly #socket: ProducerSocket;
  readonly #events: ConnectionEvents;
  readonly #ack = new AckView();
  readonly #busy = new BusyView();
  readonly #error = new ErrorView();
  #welcomed = false;
  #down = false;
  #connectTimer: TimerHandle;
  /** When the engine last said anything. */
  heardAtMs: number;

  constructor(
    host: ProducerHost,
    url: string,
    hello: Hello,
    connectTimeoutMs: number,
    events: ConnectionEvents,
  ) {
    this.#host = host;
    this.#events = events;
    this.heardAtMs = host.now();
    const socket = host.connect(url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      const writer = new CursorWriter(256);
      encodeHello(writer, hello);
      socket.send(writer.view());
    };
    socket.onmessage = (event) => this.#onMessage(event.data);
    socket.onclose = (event) => {
      this.#detach();
      events.onDown(event.code, event.reason, undefined);
    };
    // An error is always followed by a close, which says all that can be known.
    socket.onerror = () => {};
    this.#connectTimer = host.setTimer(() => {
      const text = `connecting needs a WELCOME within ${connectTimeoutMs} ms, got none`;
      this.drop(new ProducerError('MR_CLIENT_TIMEOUT', text));
    }, connectTimeoutMs);
  }

  /** Sends a frame; its bytes are the caller's again afterwards. */
  send(frame: Uint8Array): void {
    if (!this.#down) this.#socket.send(frame);
  }

  /** Ends it in order, from this side. No event follows. */
  close(): void {
    this.#detach();
    this.#socket.close(CloseCode.normal, 'done');
  }

  /**
   * Gives it up from this side: the socket may hang for as long as it likes. Browsers allow a page no code but
   * 1000 and those from 3000, so a protocol break goes out as 4400.
   */
  drop(problem: ProducerError): void {
    if (this.#down) return;
    const code = problem.code === 'MR_CLIENT_PROTOCOL' ? CloseCode.badFrame : CloseCode.normal;
    // Before the close, because its event is not news any more.
    this.#detach();
    this.#socket.close(code, 'given up');
    this.#events.onDown(code, '', problem);
  }

  #onMessage(data: unknown): void {
    this.heardAtMs = this.#host.now();
    if (!(data instanceof ArrayBuffer)) {
      this.drop(new ProducerError('MR_CLIENT_PROTOCOL', 'expected a binary message, got text'));
      return;
    }
    const broken = this.#dispatch(new Uint8Array(data));
    if (broken !== '') this.drop(new ProducerError('MR_CLIENT_PROTOCOL', broken));
  }

  /** Answers what is wrong with the frame; empty when nothing is. */
  #dispatch(bytes: Uint8Array): string {
    const opcode = peekOpcode(bytes);
    switch (opcode) {
      case Opcode.welcome:
        return this.#onWelcome(bytes);
      case Opcode.error:
        if (decodeError(bytes, this.#error) !== DecodeStatus.ok) return this.#error.failure.text;
        this.#events.onErrorFrame(this.#error);
        return '';
      case Opcode.ack:
        if (!this.#welcomed) return 'expected WELCOME, got ACK';
        if (decodeAck(bytes, this.#ack) !== DecodeStatus.ok) return this.#ack.failure.text;
        this.#events.onAck(this.#ack);
        return '';
      case Opcode.busy:
        if (!this.#welcomed) return 'expected WELCOME, got BUSY';
        if (decodeBusy(bytes, this.#busy) !== DecodeStatus.ok) return this.#busy.failure.text;
        this.#events.onBusy(this.#busy);
        return '';
      default:
        // Later versions may add opcodes; only what isn't a frame, or goes the other way, is a break.
        return opcode < Opcode.welcome ? `expected a frame of the engine, got ${opcodeName(opcode)}` : '';
    }
  }

  #onWelcome(bytes: Uint8Array): string {
    if (this.#welcomed) return 'expected one WELCOME, got another';
    const welcome = new WelcomeView();
    if (decodeWelcome(bytes, welcome) !== DecodeStatus.ok) return welcome.failure.text;
    this.#welcomed = true;
    this.#host.clearTimer(this.#connectTimer);
    this.#events.onWelcome(welcome);
    return '';
  }

  /** From here on the socket is nobody's. Handlers stay as empty functions: `ws` throws errors that nobody hears. */
  #detach(): void {
    this.#down = true;
    this.#host.clearTimer(this.#connectTimer);
    this.#socket.onopen = () => {};
    this.#socket.onmessage = () => {};
    this.#socket.onclose = () => {};
  }
}
