import { tierOfSource } from '../../native-free-core/query/data-source.js';
import type { TierName } from '../../native-free-core/tier/tiers.js';
import { NAME_LABEL, parseSelector } from '../../src/http/selector/selector-parser.js';
import { parseDuration } from '../../src/time/duration.js';
import { readTime, resolveTime } from '../../src/time/parse-time.js';

/** A line of a script that is no case: the state of the engine changes. */
export type Step =
  | { kind: 'now'; timeMs: number }
  | { kind: 'load'; points: LoadedPoint[] }
  | { kind: 'flush' }
  | { kind: 'restart' }
  | { kind: 'keep'; tiers: Partial<Record<TierName, number>> }
  | { kind: 'ask'; ask: Ask };

export interface LoadedPoint {
  name: string;
  labels: Record<string, string>;
  timeMs: number;
  value: number;
}

/** A call and what its answer must be. */
export interface Ask {
  line: number;
  method: string;
  path: string;
  body: string | undefined;
  status: number;
  expectations: Expectation[];
}

/** One thing that must hold of an answer. */
export interface Expectation {
  line: number;
  path: string;
  check:
    | { kind: 'is'; value: unknown }
    | { kind: 'about'; value: number; relative: number }
    | { kind: 'has'; text: string }
    | { kind: 'absent' };
}

/** Reads a script; README.md says what may stand in it. */
export function parseScript(text: string): Step[] {
  return new ScriptParser(text).parse();
}

interface Line {
  number: number;
  text: string;
  isIndented: boolean;
}

class ScriptParser {
  readonly #lines: Line[];
  readonly #steps: Step[] = [];
  #at = 0;
  #nowMs = 0;

  constructor(text: string) {
    this.#lines = text
      .split('\n')
      .map((line, i) => ({ number: i + 1, text: line.trim(), isIndented: /^\s/.test(line) }))
      .filter((line) => line.text !== '' && !line.text.startsWith('#'));
  }

  parse(): Step[] {
    while (this.#at < this.#lines.length) this.#steps.push(this.#step(this.#lines[this.#at++]!));
    return this.#steps;
  }

  #step(line: Line): Step {
    const [word, rest] = split(line.text);
    if (word === 'now') return { kind: 'now', timeMs: (this.#nowMs = this.#time(rest, line)) };
    if (word === 'load')
      return { kind: 'load', points: this.#indented().flatMap((each) => this.#points(each)) };
    if (word === 'flush' || word === 'restart') return { kind: word };
    if (word === 'keep') return { kind: 'keep', tiers: this.#tiers(rest, line) };
    if (word === 'ask') return { kind: 'ask', ask: this.#ask(line, rest) };
    throw fault(line, 'expected now, load, flush, restart, keep or ask');
  }

  #tiers(text: string, line: Line): Partial<Record<TierName, number>> {
    const pairs = text.split(/\s+/).map((part): [string, number] => {
      const [tier = '', age = ''] = part.split('=');
      return [tierOfSource(tier) ?? '', parseDuration(age)];
    });
    if (pairs.some(([tier, ms]) => tier === '' || Number.isNaN(ms))) throw fault(line, 'expected TIER=AGE');
    return Object.fromEntries(pairs);
  }

  #indented(): Line[] {
    const from = this.#at;
    while (this.#lines[this.#at]?.isIndented === true) this.#at++;
    return this.#lines.slice(from, this.#at);
  }

  #points(line: Line): LoadedPoint[] {
    const parts = /^(\S+?(?:\{[^}]*\})?)\s+(\S+)\s+(?:\+(\S+)\s+)?(.+)$/.exec(line.text);
    if (parts === null) throw fault(line, 'expected SERIES TIME [+STEP] VALUES');
    const matchers = parseSelector(parts[1]!);
    const labels: Record<string, string> = {};
    let name = '';
    for (const { label, value } of matchers) {
      if (label === NAME_LABEL) name = value;
      else labels[label] = value;
    }
    const startMs = this.#time(parts[2]!, line);
    const stepMs = parts[3] === undefined ? 0 : parseDuration(parts[3]);
    const values = parts[4]!.split(/\s+/);
    if (values.length > 1 && !(stepMs > 0)) throw fault(line, 'several values need a step such as +10s');
    return values.flatMap((value, i) =>
      value === '_' ? [] : [{ name, labels, timeMs: startMs + i * stepMs, value: Number(value) }],
    );
  }

  #time(text: string, line: Line): number {
    const day = new Date(this.#nowMs).toISOString().slice(0, 10);
    const time = readTime(/^\d\d:\d\d:\d\d/.test(text) ? `${day}T${text}Z` : text);
    if (time === undefined) throw fault(line, `${text} is no time`);
    return resolveTime(time, this.#nowMs);
  }

  #ask(line: Line, call: string): Ask {
    const [method, rest] = split(call);
    const bodyAt = rest.search(/\s[{[]"/);
    const path = bodyAt < 0 ? rest : rest.slice(0, bodyAt);
    const below = this.#indented().map((each) => each.text);
    const body = [bodyAt < 0 ? '' : rest.slice(bodyAt + 1), ...below].join('\n').trim();
    const ask: Ask = {
      line: line.number,
      method,
      path: escaped(path.trim()),
      body: body === '' ? undefined : body,
      status: 200,
      expectations: [],
    };
    const next = this.#lines[this.#at];
    if (next === undefined || split(next.text)[0] !== 'expect') throw fault(line, 'a case without expect');
    this.#at++;
    const status = split(next.text)[1];
    if (status !== '') ask.status = Number(status);
    ask.expectations = this.#indented().map(expectation);
    return ask;
  }
}

function expectation(line: Line): Expectation {
  const [path, rest] = split(line.text);
  const [word, argument] = split(rest);
  const about = (check: Expectation['check']): Expectation => ({ line: line.number, path, check });
  if (rest === 'absent') return about({ kind: 'absent' });
  if (word === 'has') return about({ kind: 'has', text: JSON.parse(argument) as string });
  if (word === '~') {
    const [value, tolerance] = split(argument);
    return about({ kind: 'about', value: Number(value), relative: Number.parseFloat(tolerance) / 100 });
  }
  try {
    return about({ kind: 'is', value: JSON.parse(rest) });
  } catch {
    throw fault(line, `${rest} is no JSON`);
  }
}

function split(text: string): [string, string] {
  const space = text.search(/\s/);
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space).trim()];
}

const escaped = (path: string): string =>
  path.replace(/[ "{}|^\\<>`+]/g, (character) => encodeURIComponent(character));

const fault = (line: Line, text: string): Error => new Error(`line ${line.number}: ${text}: ${line.text}`);
