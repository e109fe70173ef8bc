import { type BrotliCompress, constants, createBrotliCompress, createGzip, type Gzip } from 'node:zlib';
import { type AnswerCoding, BROTLI_WINDOW_BITS, STREAM_LEVELS } from './answer-coding.js';

/**
 * Encodes an answer that is streamed, part by part, on threads of the library. What a part becomes can be read by the client without the
 * parts behind it, but a little of it may come with the next.
 */
export class StreamCoder {
  readonly #stream: BrotliCompress | Gzip;
  readonly #flush: number;
  #encoded: Uint8Array[] = [];

  constructor(coding: AnswerCoding) {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: STREAM_LEVELS.br,
      [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW_BITS,
    };
    const isBrotli = coding === 'br';
    this.#stream = isBrotli ? createBrotliCompress({ params }) : createGzip({ level: STREAM_LEVELS.gzip });
    this.#flush = isBrotli ? constants.BROTLI_OPERATION_FLUSH : constants.Z_SYNC_FLUSH;
    this.#stream.on('data', (part: Uint8Array) => this.#encoded.push(part));
  }

  /** What can be sent once a part is encoded. One at a time. */
  async encode(part: Uint8Array): Promise<Uint8Array> {
    await this.#settled((done) => {
      this.#stream.write(part);
      this.#stream.flush(this.#flush, done);
    });
    return this.#take();
  }

  /** The rest. */
  async end(): Promise<Uint8Array> {
    await this.#settled((done) => this.#stream.once('end', done).end());
    return this.#take();
  }

  /** Gives its memory back, wherever it is. */
  close(): void {
    this.#stream.destroy();
  }

  #settled(begin: (done: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.once('error', reject);
      begin(() => {
        this.#stream.off('error', reject);
        resolve();
      });
    });
  }

  #take(): Uint8Array {
    const encoded = Buffer.concat(this.#encoded);
    this.#encoded = [];
    return encoded;
  }
}
