import type { CheckWatcher } from '../../store/check.js';
import type { StoreFinding } from '../../store/findings.js';
import type { CliHost } from '../cli-host.js';
import { ProgressLine } from '../progress-line.js';

/** How a check is told: lines for people, or a JSON object a line for programs; how far it is on standard error. */
export class CheckLines implements CheckWatcher {
  readonly #line: ProgressLine;
  readonly #print: (text: string) => void;
  readonly #isJson: boolean;

  constructor(host: CliHost, print: (text: string) => void, isJson = false) {
    this.#line = new ProgressLine(host);
    this.#print = print;
    this.#isJson = isJson;
  }

  onFinding(finding: StoreFinding): void {
    const { shard, what, where, done } = finding;
    this.#say(this.#isJson ? { finding } : `shard ${shard}: ${what}, ${where}: ${done}`);
  }

  onShard(shard: number, summary: string): void {
    this.#say(this.#isJson ? { shard, summary } : `shard ${shard}: ${summary}`);
  }

  onProgress(groups: number, of: number): void {
    this.#line.updatePart(groups / of, `${groups} of ${of} groups`);
  }

  /** The last word. */
  end(data: string, isSound: boolean): void {
    const text = isSound ? `${data} is sound` : `${data} is damaged; the lines above say where`;
    this.#say(this.#isJson ? { folder: data, sound: isSound } : text);
  }

  #say(what: string | object): void {
    this.#line.clear();
    this.#print(`${typeof what === 'string' ? what : JSON.stringify(what)}\n`);
  }
}
