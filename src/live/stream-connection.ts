import { type ErrorCode, errorText, MillraceError } from '../errors.js';
import { readBody } from '../http/call/read-body.js';
import { decodeMessagePack } from '../http/ingest/message-pack.js';
import { ANSWER_BYTES_MAX, SUBSCRIPTIONS_MAX } from './limits.js';
import type { LiveHub } from './live-hub.js';
import type { LiveSocket } from './live-socket.js';
import type { LiveConnection } from './live-sockets.js';
import { type Outlet, Reader } from './reader.js';
import { questionOf, STREAM_COMMAND, type StreamCommand, type StreamId } from './subscription.js';
import { type PackedMembers, packMap, packMembers, type ToldMessage } from './told-message.js';

interface Subscription {
  reader: Reader;
  leave: () => void;
}

const text = new TextDecoder('utf-8', { fatal: true });

/** RFC 6455: the client did what it may not. */
const POLICY = 1008;

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
    if (this.#socket.waitingBytes > ANSWER_BYTES_MAX) {
      this.#socket.close(POLICY, 'commands came faster than their answers were read');
      return;
    }
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
      this.#hub.counters,
    );
    this.#subscriptions.set(id, { reader, leave: this.#hub.listen(question, reader) });
    this.#send({ op: 'subscribed', id }, isBinary);
  }

  #send(message: object, isBinary: boolean): void {
    answer(this.#socket, message, isBinary);
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
  readonly #packedHead: PackedMembers | undefined;

  constructor(socket: LiveSocket, frame: StreamFrame) {
    this.#socket = socket;
    this.#frame = frame;
    const { op, id, isBinary } = frame;
    this.#head = `"op":"${op}","id":${JSON.stringify(id)}`;
    this.#packedHead = isBinary ? packMembers({ op, id }) : undefined;
  }

  get waitingBytes(): number {
    return this.#socket.waitingBytes;
  }

  send(message: ToldMessage, missed: number): void {
    if (this.#packedHead !== undefined) {
      const parts = [this.#packedHead, message.packed];
      if (missed > 0) parts.push(packMembers({ missed }));
      this.#socket.sendBinary(packMap(parts));
      return;
    }
    const tail = missed > 0 ? `,"missed":${missed}` : '';
    this.#socket.sendText(`{${this.#head},${message.members}${tail}}`);
  }

  together(act: () => void): void {
    this.#socket.together(act);
  }

  fail(code: ErrorCode, detail: string): void {
    const { id, isBinary, onFailed } = this.#frame;
    onFailed();
    answer(this.#socket, { op: 'error', id, code, detail }, isBinary);
  }
}

function answer(socket: LiveSocket, message: object, isBinary: boolean): void {
  if (isBinary) socket.sendBinary(packMap([packMembers(message)]));
  else socket.sendText(JSON.stringify(message));
}

function readMessage(message: Uint8Array, isBinary: boolean): unknown {
  try {
    return isBinary ? decodeMessagePack(message) : JSON.parse(text.decode(message));
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
