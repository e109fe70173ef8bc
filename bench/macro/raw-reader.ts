import { connect, type Socket } from 'node:net';

const OPCODE_TEXT = 0x1;
const OPCODE_PING = 0x9;
const LENGTH_16 = 126;
/** A masked, empty pong, under a mask of zeros. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const MISSED = Buffer.from('"missed":');
/** Room for what the kernel hands over in one read; all readers of a process share it, one after another. */
const shared = Buffer.allocUnsafe(64 * 1024);

/** What readers count together. */
export class ReaderCounts {
  messages = 0;
  missed = 0;
  bytes = 0;
}

/**
 * A WebSocket client that only counts, so that thousands of them leave the machine to the engine: frames are told apart by their headers
 * in the memory that they were read into. A frame that `onText` wants is given to it as text.
 */
export class RawReader {
  readonly #socket: Socket;
  readonly #counts: ReaderCounts;
  readonly #onText: ((text: string) => void) | undefined;
  /** The begin of a frame that was cut, while there is one. */
  #rest: Buffer | undefined;

  #hasUpgraded = false;
  #onUpgraded: (() => void) | undefined;

  private constructor(url: URL, path: string, counts: ReaderCounts, onText?: (text: string) => void) {
    this.#counts = counts;
    this.#onText = onText;
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (bytes) => {
          this.#onBytes(shared.subarray(0, bytes));
          return true;
        },
      },
    });
    const key = Buffer.from(Array.from({ length: 16 }, (_, i) => i)).toString('base64');
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
  }

  /** Resolves when the connection has been upgraded. */
  // Four arguments: whom, where, who counts, and who wants more.
  static open(
    url: string,
    path: string,
    counts: ReaderCounts,
    onText?: (text: string) => void,
  ): Promise<RawReader> {
    return new Promise((resolve, reject) => {
      const reader = new RawReader(new URL(url), path, counts, onText);
      reader.#onUpgraded = () => resolve(reader);
      reader.#socket.once('error', reject);
    });
  }

  /** Sends a text of less than 64 KiB. */
  say(text: string): void {
    const payload = Buffer.from(text);
    const isShort = payload.length < LENGTH_16;
    const head = isShort
      ? [0x81, 0x80 | payload.length]
      : [0x81, 0x80 | LENGTH_16, payload.length >> 8, payload.length & 0xff];
    this.#socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]));
  }

  close(): void {
    this.#socket.removeAllListeners('error');
    this.#socket.on('error', () => {});
    this.#socket.destroy();
  }

  #onBytes(read: Buffer): void {
    this.#counts.bytes += read.length;
    let bytes = this.#rest === undefined ? read : Buffer.concat([this.#rest, read]);
    this.#rest = undefined;
    if (!this.#hasUpgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = Buffer.from(bytes);
        return;
      }
      if (!bytes.toString('latin1', 0, end).startsWith('HTTP/1.1 101'))
        throw new Error(`not upgraded: ${bytes.toString('latin1', 0, end)}`);
      this.#hasUpgraded = true;
      this.#onUpgraded?.();
      bytes = bytes.subarray(end + 4);
    }
    const taken = this.#takeFrames(bytes);
    if (taken < bytes.length) this.#rest = Buffer.from(bytes.subarray(taken));
  }

  /** Takes whole frames; answers up to where. */
  #takeFrames(bytes: Buffer): number {
    let at = 0;
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1]! & 0x7f;
      const headBytes = short < LENGTH_16 ? 2 : short === LENGTH_16 ? 4 : 10;
      if (at + headBytes > bytes.length) return at;
      const length =
        short < LENGTH_16
          ? short
          : short === LENGTH_16
            ? bytes.readUInt16BE(at + 2)
            : Number(bytes.readBigUInt64BE(at + 2));
      const end = at + headBytes + length;
      if (end > bytes.length) return at;
      this.#onFrame(bytes[at]! & 0x0f, bytes, at + headBytes, end);
      at = end;
    }
    return at;
  }

  // Four arguments: a frame in memory that is read again at once.
  #onFrame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === OPCODE_PING) this.#socket.write(PONG);
    if (opcode !== OPCODE_TEXT) return;
    this.#counts.messages++;
    // It stands at the end where it stands at all.
    const tail = bytes.subarray(Math.max(start, end - 40), end);
    const found = tail.indexOf(MISSED);
    if (found >= 0)
      this.#counts.missed += Number.parseInt(tail.toString('latin1', found + MISSED.length), 10);
    this.#onText?.(bytes.toString('utf8', start, end));
  }
}
