import { crc32c } from '../../native-free-core/codec/crc32c.js';

/** Lines kept for a failure's report. */
const TAIL_LINES = 40;

/** What happened in a run, line by line: a digest that two runs of one seed must share, and the last lines for people. */
export class SimTrace {
  step = 0;
  #digest = 0;
  readonly #tail: string[] = [];
  readonly #print: ((line: string) => void) | undefined;
  readonly #encoder = new TextEncoder();

  constructor(print?: (line: string) => void) {
    this.#print = print;
  }

  add(text: string): void {
    const line = `${this.step} ${text}`;
    const bytes = this.#encoder.encode(line);
    this.#digest = (Math.imul(this.#digest, 31) + crc32c(bytes, 0, bytes.length)) >>> 0;
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES * 2) this.#tail.splice(0, TAIL_LINES);
    this.#print?.(line);
  }

  get digest(): string {
    return this.#digest.toString(16).padStart(8, '0');
  }

  tail(): string {
    return this.#tail.slice(-TAIL_LINES).join('\n');
  }
}
