import { encodeAck, type RejectCount } from '../../protocol/frames/ack.js';
import { encodeBusy } from '../../protocol/frames/busy.js';
import { encodeError } from '../../protocol/frames/error.js';
import { encodeWelcome, type Welcome } from '../../protocol/frames/welcome.js';
import type { ConnectionContext, ConnectionSocket } from './connection-context.js';

/** What a connection tells its client. All share one encoder: a frame is sent before the next one is written. */
export class ConnectionReplies {
  readonly #context: ConnectionContext;
  readonly #socket: ConnectionSocket;

  constructor(context: ConnectionContext, socket: ConnectionSocket) {
    this.#context = context;
    this.#socket = socket;
  }

  welcome(welcome: Welcome): void {
    const { writer } = this.#context;
    writer.reset();
    encodeWelcome(writer, welcome);
    this.#socket.send(writer.view());
  }

  ack(seq: number, accepted: number, rejected: readonly RejectCount[]): void {
    const { writer } = this.#context;
    writer.reset();
    encodeAck(writer, seq, accepted, rejected);
    this.#socket.send(writer.view());
  }

  busy(seq: number, retryMs: number, reason: string): void {
    const { writer, counters } = this.#context;
    counters.busy++;
    writer.reset();
    encodeBusy(writer, seq, retryMs, reason);
    this.#socket.send(writer.view());
  }

  error(code: number, message: string, seq: number): void {
    const { writer, counters } = this.#context;
    counters.errors++;
    writer.reset();
    encodeError(writer, code, message, seq);
    this.#socket.send(writer.view());
  }
}
