import { PATTERN_DFA_BYTES_MAX, PATTERN_STATES_MAX, PATTERN_WORK_AT_ONCE } from '../limits.js';
import { ListedPattern, plainTexts } from './listed-pattern.js';
import { literalsOf, prefixOf } from './pattern-literals.js';
import { PatternError, type PatternNode, parsePattern, type Ranges } from './pattern-parser.js';

/**
 * Regular expressions for selectors, matched in time linear in the value, whatever the pattern.
 *
 * Why not RegExp: it backtracks, and `(a+)+$` over 40 characters stops a thread for hours; a pattern comes from
 * outside. Why not a list of dangerous shapes: there is none that is both safe and lets people's patterns pass.
 * So the pattern becomes a Thompson automaton (K. Thompson, "Regular expression search algorithm", 1968), and
 * sets of its states are the states of a deterministic one, made as values need them and remembered up to
 * PATTERN_DFA_BYTES_MAX (R. Cox, "Regular expression matching can be simple and fast", 2007).
 *
 *   instruction i:  set    ranges[i]: a code point in it goes on to i + 1
 *                   split  goes on to both targets
 *                   jump   goes on to its target
 *                   assert goes on to i + 1 at that end of the value only
 *                   match
 */
type Instruction =
  | { op: 'set'; ranges: Ranges }
  | { op: 'split'; a: number; b: number }
  | { op: 'jump'; to: number }
  | { op: 'assert'; end: 'start' | 'end' }
  | { op: 'match' };

/** A set of instructions the automaton may be at; the next state by ASCII code is filled in on demand. */
interface State {
  /** Instructions of kind set, sorted. */
  sets: Int32Array;
  /** Whether a value that ends here matches. */
  matches: boolean;
  next: (State | undefined)[];
}

export interface Pattern {
  /** Whether the whole value matches, from its first character to its last. */
  matches(value: string): boolean;
  /** The same of well-formed UTF-8, without making a text of it. */
  matchesUtf8(bytes: Uint8Array, start: number, end: number): boolean;
  /** What every value that matches begins with. */
  readonly prefix: string;
  /** All values that match, where they are few. */
  readonly literals: readonly string[] | undefined;
  /** How many values may be matched between two looks at the time. */
  readonly valuesAtOnce: number;
}

/**
 * Compiles a regular expression, anchored at both ends as in PromQL.
 * @throws PatternError with the position of the fault
 */
export function compilePattern(text: string): Pattern {
  const plain = plainTexts(text);
  if (plain !== undefined) return new ListedPattern(plain);
  const root = parsePattern(text);
  const literals = literalsOf(root);
  return literals === undefined ? new Automaton(compile(root), prefixOf(root)) : new ListedPattern(literals);
}

function compile(root: PatternNode): Instruction[] {
  const program: Instruction[] = [];
  const emit = (instruction: Instruction): number => {
    if (program.length >= PATTERN_STATES_MAX) tooManyStates();
    return program.push(instruction) - 1;
  };
  let visits = 0;
  const emitNode = (node: PatternNode): void => {
    // Counted too, because repeating nothing a billion times emits nothing.
    if (++visits > PATTERN_STATES_MAX * 2) tooManyStates();
    if (node.kind === 'set') emit({ op: 'set', ranges: node.ranges });
    else if (node.kind === 'assert') emit({ op: 'assert', end: node.end });
    else if (node.kind === 'concat') node.parts.forEach(emitNode);
    else if (node.kind === 'either') emitEither(node.parts);
    else if (node.kind === 'repeat') emitRepeat(node.part, node.min, node.max);
  };
  const emitEither = (parts: PatternNode[]): void => {
    const jumps: number[] = [];
    for (const part of parts.slice(0, -1)) {
      const split = emit({ op: 'split', a: program.length + 1, b: 0 });
      emitNode(part);
      jumps.push(emit({ op: 'jump', to: 0 }));
      program[split] = { op: 'split', a: split + 1, b: program.length };
    }
    emitNode(parts.at(-1)!);
    for (const jump of jumps) program[jump] = { op: 'jump', to: program.length };
  };
  const emitRepeat = (part: PatternNode, min: number, max: number): void => {
    for (let i = 0; i < min; i++) emitNode(part);
    if (max === Number.POSITIVE_INFINITY) {
      const split = emit({ op: 'split', a: program.length + 1, b: 0 });
      emitNode(part);
      emit({ op: 'jump', to: split });
      program[split] = { op: 'split', a: split + 1, b: program.length };
      return;
    }
    const splits: number[] = [];
    for (let i = min; i < max; i++) {
      splits.push(emit({ op: 'split', a: program.length + 1, b: 0 }));
      emitNode(part);
    }
    for (const split of splits) program[split] = { op: 'split', a: split + 1, b: program.length };
  };
  emitNode(root);
  emit({ op: 'match' });
  return program;
}

function tooManyStates(): never {
  throw new PatternError(
    `its repetitions expand to more than ${PATTERN_STATES_MAX} states; use smaller counts`,
  );
}

const ASCII = 128;

/** Memory of a state, bytes, with room for what follows on each ASCII code; and what each of its instructions takes, also as a part of its key. */
const STATE_BYTES = 1_536;
const INSTRUCTION_BYTES = 12;

class Automaton implements Pattern {
  readonly prefix: string;
  readonly literals = undefined;
  readonly valuesAtOnce: number;
  readonly #program: readonly Instruction[];
  #states = new Map<string, State>();
  #stateBytes = 0;
  #start: State;
  /** Marks instructions already reached in the closure being built. */
  readonly #seen: Uint8Array;

  constructor(program: readonly Instruction[], prefix: string) {
    this.prefix = prefix;
    this.valuesAtOnce = Math.max(1, Math.floor(PATTERN_WORK_AT_ONCE / program.length));
    this.#program = program;
    this.#seen = new Uint8Array(program.length);
    this.#start = this.#stateOf([0], true);
  }

  matches(value: string): boolean {
    let state = this.#start;
    for (let i = 0; i < value.length; i++) {
      const code = value.codePointAt(i)!;
      if (code > 0xffff) i++;
      state = (code < ASCII ? state.next[code] : undefined) ?? this.#step(state, code);
      if (state.sets.length === 0) return i === value.length - 1 && state.matches;
    }
    return state.matches;
  }

  matchesUtf8(bytes: Uint8Array, start: number, end: number): boolean {
    let state = this.#start;
    for (let i = start; i < end; ) {
      const first = bytes[i]!;
      if (first < ASCII) {
        state = state.next[first] ?? this.#step(state, first);
        i++;
      } else {
        const length = utf8Length(first);
        let code = first & (0x7f >> length);
        for (let k = 1; k < length; k++) code = (code << 6) | (bytes[i + k]! & 0x3f);
        state = this.#step(state, code);
        i += length;
      }
      if (state.sets.length === 0) return i >= end && state.matches;
    }
    return state.matches;
  }

  #step(state: State, code: number): State {
    const targets: number[] = [];
    for (const at of state.sets) {
      const instruction = this.#program[at]!;
      if (instruction.op === 'set' && contains(instruction.ranges, code)) targets.push(at + 1);
    }
    const next = this.#stateOf(targets, false);
    if (code < ASCII) state.next[code] = next;
    return next;
  }

  #stateOf(targets: readonly number[], atStart: boolean): State {
    const sets: number[] = [];
    const asserts: number[] = [];
    let matches = false;
    const reach = (from: readonly number[], atEnd: boolean): void => {
      const stack = [...from];
      for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
        if (this.#seen[at] === 1) continue;
        this.#seen[at] = 1;
        const instruction = this.#program[at]!;
        if (instruction.op === 'set') sets.push(at);
        else if (instruction.op === 'split') stack.push(instruction.a, instruction.b);
        else if (instruction.op === 'jump') stack.push(instruction.to);
        else if (instruction.op === 'match') matches = true;
        else if (instruction.end === 'start' ? atStart : atEnd) stack.push(at + 1);
        else if (instruction.end === 'end') asserts.push(at + 1);
      }
    };
    reach(targets, false);
    const consuming = Int32Array.from(sets).sort();
    // What only opens at the end of the value decides whether it may end here, and consumes nothing more.
    reach(asserts, true);
    this.#seen.fill(0);
    return this.#remember(consuming, matches);
  }

  #remember(sets: Int32Array, matches: boolean): State {
    const key = `${matches ? 1 : 0}:${sets.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    // States in use stay alive through their references; the others go.
    this.#stateBytes += STATE_BYTES + INSTRUCTION_BYTES * sets.length;
    if (this.#stateBytes > PATTERN_DFA_BYTES_MAX) this.#forget();
    const state: State = { sets, matches, next: [] };
    this.#states.set(key, state);
    return state;
  }

  #forget(): void {
    for (const state of this.#states.values()) state.next.length = 0;
    this.#states = new Map();
    this.#stateBytes = 0;
  }
}

/** Bytes of the character that begins with this byte, which is none of ASCII. */
const utf8Length = (first: number): number => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2);

function contains(ranges: Ranges, code: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (code >= ranges[i]! && code <= ranges[i + 1]!) return true;
  }
  return false;
}
