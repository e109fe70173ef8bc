/** Told how far a copy is, behind each of its steps. */
export type OnCopied = (copiedBytes: number, totalBytes: number) => void;

/** Adds up the steps of a copy whose size is about known: pages have room in them that their values do not fill. */
export class CopyProgress {
  readonly totalBytes: number;
  readonly #onCopied: OnCopied;
  #copiedBytes: number;

  constructor(totalBytes: number, onCopied: OnCopied, doneBytes = 0) {
    this.totalBytes = totalBytes;
    this.#onCopied = onCopied;
    this.#copiedBytes = doneBytes;
  }

  /** To be handed to what copies. */
  readonly onStep = (bytes: number): void => {
    this.#copiedBytes = Math.min(this.totalBytes, this.#copiedBytes + bytes);
    this.#onCopied(this.#copiedBytes, this.totalBytes);
  };
}
