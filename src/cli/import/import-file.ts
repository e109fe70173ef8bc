import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorText, MillraceError } from '../../errors.js';
import { READ_BYTES } from './limits.js';

/** The first bytes of every gzip file (RFC 1952). */
const GZIP_FIRST = 0x1f;
const GZIP_SECOND = 0x8b;

/** A file that is read from begin to end in bounded memory, unpacked where it is packed with gzip, whatever its name. */
export class ImportFile {
  readonly name: string;
  /** Bytes of the file; undefined: nobody knows, as of a pipe. */
  readonly bytes: number | undefined;
  /** Bytes of the file, as it lies there, that have been read. */
  bytesRead = 0;
  readonly #raw: Readable;
  #isClosed = false;

  private constructor(name: string, bytes: number | undefined, raw: Readable) {
    this.name = name;
    this.bytes = bytes;
    this.#raw = raw;
  }

  /**
   * Opens a file, or standard input for `-`.
   * @throws MillraceError MR_CONFIG where it can't be opened
   */
  static async open(name: string, stdin: Readable): Promise<ImportFile> {
    if (name === '-') return new ImportFile('standard input', undefined, stdin);
    try {
      const info = await stat(name);
      if (info.isDirectory()) throw new Error('it is a folder');
      const raw = createReadStream(name, { highWaterMark: READ_BYTES });
      // Opened here, so that what is wrong with it is told before anything else.
      await new Promise((resolve, reject) => raw.once('open', resolve).once('error', reject));
      return new ImportFile(name, info.isFile() ? info.size : undefined, raw);
    } catch (error) {
      throw new MillraceError('MR_CONFIG', `The file ${name} can't be read: ${errorText(error)}`, {
        cause: error,
      });
    }
  }

  /** The part of the file that has been read, from 0 to 1; undefined where nobody knows. */
  get part(): number | undefined {
    if (this.bytes === undefined) return undefined;
    return this.bytes === 0 ? 1 : Math.min(1, this.bytesRead / this.bytes);
  }

  /**
   * Its bytes, unpacked, chunk by chunk.
   * @throws MillraceError MR_BAD_BODY where reading or unpacking fails
   */
  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      const raw = this.#counted();
      const first = await raw.next();
      if (first.done === true) return;
      const head = await withSecondByte(first.value, raw);
      if (head[0] === GZIP_FIRST && head[1] === GZIP_SECOND) yield* unpacked(head, raw);
      else {
        yield head;
        yield* raw;
      }
    } catch (error) {
      // Who closed it wants no more.
      if (this.#isClosed) return;
      throw new MillraceError('MR_BAD_BODY', `Reading ${this.name} failed: ${errorText(error)}`, {
        cause: error,
      });
    }
  }

  /** Ends reading: `chunks` ends, also where it waits for a pipe that says nothing. */
  close(): void {
    this.#isClosed = true;
    this.#raw.destroy();
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#raw) {
      const bytes = chunk as Uint8Array;
      this.bytesRead += bytes.length;
      if (bytes.length > 0) yield bytes;
    }
  }
}

/** A pipe may give one byte first. */
async function withSecondByte(first: Uint8Array, raw: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  if (first.length > 1) return first;
  const second = await raw.next();
  return second.done === true ? first : Buffer.concat([first, second.value]);
}

async function* unpacked(head: Uint8Array, raw: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  // Errors of either end come out of the loop below.
  pipeline(withHead(head, raw), gunzip, () => undefined);
  for await (const chunk of gunzip) yield chunk as Uint8Array;
}

async function* withHead(head: Uint8Array, raw: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* raw;
}
