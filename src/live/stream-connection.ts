import { decode, encode } from '@msgpack/msgpack';
import { type ErrorCode, errorText, MillraceError } from '../errors.js';
import { readBody } from '../http/call/read-body.js';
import { SUBSCRIPTIONS_MAX } from './limits.js';
import type { LiveHub } from './live-hub.js';
import type { LiveSocket } from './live-socket.js';
import type { LiveConnection } from './live-sockets.js';
import { type Outlet, Reader } from './reader.js';
import { questionOf, STREAM_COMMAND, type StreamCommand, type StreamId } from './subscription.js';

interface Subscription {
  reader: Reader;
  leave: () => void;
}

const text = new TextDecoder('utf-8', { fatal: true });

/**
 * A connection of /ws/stream: subscriptions that come and go, each with an id of the client's. A text message is JSON and its
 * subscription is told in JSON; a binary one is MessagePack, and so are the answers.
 */
export class StreamConnection implements LiveConnection {
  readonly #socket: LiveSocket;
  readonly #hub: LiveHub;
  readonly #subscriptions = new Map<StreamId, Subscription>();

  constructor(socket: LiveSocket, hub: LiveHub) {
    this.#socket = socket;
    this.#hub = hub;
  }

  onMessage(message: Uint8Array, isBinary: boolean): void {
    let id: unknown;
    try {
      const value = readMessage(message, isBinary);
      id = (value as { id?: unknown } | null)?.id;
      this.#obey(readBody(STREAM_COMMAND, value), isBinary);
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      this.#send({ op: 'error', ...idMember(id), code: error.code, detail: error.message }, isBinary);
    }
  }

  onRoom(): void {
    for (const { reader } of this.#subscriptions.values()) reader.onRoom();
  }

  onClosed(): void {
    for (const { leave } of this.#subscriptions.values()) leave();
    this.#subscriptions.clear();
  }

  #obey(command: StreamCommand, isBinary: boolean): void {
    const { id } = command;
    if (command.op === 'unsubscribe') {
      const subscription = this.#subscriptions.get(id);
      if (subscription === undefined) throw unknownId(id);
      this.#subscriptions.delete(id);
      subscription.leave();
      return this.#send({ op: 'unsubscribed', id }, isBinary);
    }
    if (this.#subscriptions.has(id)) throw takenId(id);
    if (this.#subscriptions.size >= SUBSCRIPTIONS_MAX) throw tooMany();
    const { match } = command;
    const question = questionOf({
      metric: command.metric,
      selectors: match === undefined ? [] : match.flat(),
      windowMs: command.window?.ms,
      stats: command.stats,
      groupBy: command.group_by,
    });
    const op = question.kind === 'points' ? 'point' : 'window';
    const reader = new Reader(
      new StreamOutlet(this.#socket, { op, id, isBinary, onFailed: () => this.#subscriptions.delete(id) }),
    );
    this.#subscriptions.set(id, { reader, leave: this.#hub.listen(question, reader) });
    this.#send({ op: 'subscribed', id }, isBinary);
  }

  #send(message: object, isBinary: boolean): void {
    sendTo(this.#socket, JSON.stringify(message), isBinary);
  }
}

/** How the messages of one subscription begin, and what happens when it ends by itself. */
interface StreamFrame {
  op: 'point' | 'window';
  id: StreamId;
  isBinary: boolean;
  onFailed(): void;
}

class StreamOutlet implements Outlet {
  readonly #socket: LiveSocket;
  readonly #frame: StreamFrame;
  readonly #head: string;

  constructor(socket: LiveSocket, frame: StreamFrame) {
    this.#socket = socket;
    this.#frame = frame;
    this.#head = `"op":"${frame.op}","id":${JSON.stringify(frame.id)}`;
  }

  get waitingBytes(): number {
    return this.#socket.waitingBytes;
  }

  send(members: string, missed: number): void {
    const tail = missed > 0 ? `,"missed":${missed}` : '';
    sendTo(this.#socket, `{${this.#head},${members}${tail}}`, this.#frame.isBinary);
  }

  fail(code: ErrorCode, detail: string): void {
    const { id, isBinary, onFailed } = this.#frame;
    onFailed();
    sendTo(this.#socket, JSON.stringify({ op: 'error', id, code, detail }), isBinary);
  }
}

/** MessagePack is made from the JSON text, which all subscribers share: few ask for it. */
function sendTo(socket: LiveSocket, json: string, isBinary: boolean): void {
  if (isBinary) socket.sendBinary(encode(JSON.parse(json)));
  else socket.sendText(json);
}

function readMessage(message: Uint8Array, isBinary: boolean): unknown {
  try {
    return isBinary ? decode(message) : JSON.parse(text.decode(message));
  } catch (error) {
    throw new MillraceError(
      'MR_BAD_BODY',
      `A message must be ${isBinary ? 'MessagePack' : 'JSON'}, such as {"op":"subscribe","id":1,"metric":"cpu_usage","window":"1s"}; ${errorText(error)}.`,
    );
  }
}

const idMember = (id: unknown): object => (typeof id === 'string' || typeof id === 'number' ? { id } : {});

const unknownId = (id: StreamId): MillraceError =>
  new MillraceError(
    'MR_BAD_PARAMETER',
    `No subscription of this connection has the id ${JSON.stringify(id)}.`,
  );

const takenId = (id: StreamId): MillraceError =>
  new MillraceError(
    'MR_BAD_PARAMETER',
    `The id ${JSON.stringify(id)} is that of a subscription of this connection; unsubscribe it first, or choose another.`,
  );

const tooMany = (): MillraceError =>
  new MillraceError(
    'MR_BUSY',
    `This connection has ${SUBSCRIPTIONS_MAX} subscriptions, which is the most. End some, or open another connection.`,
  );
