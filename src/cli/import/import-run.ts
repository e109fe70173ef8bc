import { MillraceError } from '../../errors.js';
import type { ImportColumns } from './import-columns.js';
import type { ImportFile } from './import-file.js';
import type { ImportTarget } from './import-target.js';
import { RECORD_BYTES_MAX } from './limits.js';
import type { PointReader } from './point-reader.js';

export interface ImportRun {
  readonly file: ImportFile;
  readonly columns: ImportColumns;
  readonly target: ImportTarget;
  /** Makes the reader, once the first bytes show what the file is. */
  openReader(head: Uint8Array): PointReader;
  readonly signal: AbortSignal;
  onProgress(): void;
}

/**
 * Carries a file over, in bounded memory: what is read waits until the producer has room for it.
 *
 *   chunk ─► rest of the record before ─► reader ─► columns ─► producer
 */
export class FileImport {
  readonly #run: ImportRun;
  #reader: PointReader | undefined;

  constructor(run: ImportRun) {
    this.#run = run;
  }

  /** The line to go on from if it ended now: all points of lines before it are settled. */
  get nextLine(): number {
    const { target, columns } = this.#run;
    const waiting = columns.count > 0 ? columns.lines[0] : undefined;
    return target.nextLine ?? waiting ?? this.#reader?.line ?? 1;
  }

  /** Resolves when all is settled, or what had been read when the signal came. */
  async run(): Promise<void> {
    const { file, target, signal } = this.#run;
    let rest: Uint8Array = new Uint8Array(0);
    for await (const chunk of file.chunks()) {
      rest = await this.#take(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), false);
      if (signal.aborted) break;
    }
    if (!signal.aborted) {
      rest = await this.#take(rest, true);
      await this.#sendRest();
    }
    await target.finish();
  }

  /** Reads what is whole and answers what is left. */
  async #take(bytes: Uint8Array, isLast: boolean): Promise<Uint8Array> {
    const { columns, target, onProgress, signal } = this.#run;
    if (bytes.length === 0) return bytes;
    this.#reader ??= this.#run.openReader(bytes);
    let at = this.#reader.read(bytes, 0, isLast);
    while (columns.isFull && !signal.aborted) {
      await target.send(columns);
      if (signal.aborted) break;
      columns.clear();
      onProgress();
      at = this.#reader.read(bytes, at, isLast);
    }
    if (bytes.length - at > RECORD_BYTES_MAX && !signal.aborted) {
      throw new MillraceError(
        'MR_BAD_BODY',
        `The record that begins on line ${this.#reader.line} is longer than ${RECORD_BYTES_MAX} bytes. Is a quote never closed, or is it no text file?`,
      );
    }
    return bytes.subarray(at);
  }

  async #sendRest(): Promise<void> {
    const { columns, target, signal } = this.#run;
    while (columns.count > 0 && !signal.aborted) {
      await target.send(columns);
      if (!signal.aborted) columns.clear();
    }
  }
}
