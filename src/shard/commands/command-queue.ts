import {
  COMMAND_ID,
  COMMAND_TEXT,
  COMMAND_TEXT_BYTES,
} from '../../../native-free-core/entry/entry-layout.js';
import type { EntryViews } from '../../../native-free-core/head/head-writer.js';
import { MillraceError } from '../../errors.js';
import type { CutGate } from '../cut-gate.js';
import type { ShardEngine } from '../shard-engine.js';
import { COMMAND_HANDLERS } from './command-handlers.js';
import type { CommandHandler, RunningCommand } from './running-command.js';
import type { CommandAnswer, CommandKind, CommandResult, ShardCommand } from './shard-command.js';

/** Where the answers of a shard's commands go, and which commands are not its own. */
export interface CommandOptions {
  answer: (answer: CommandAnswer) => void;
  /** Commands with a lower id were asked of a predecessor that died, and their callers told so: passed over. */
  fromId: number;
  /** Where the shard waits to be seen at one moment. */
  cutGate: CutGate;
}

/**
 * A shard's end of the commands. One is taken from the ring as the last entry of a duty cycle, begun when that cycle's transaction
 * is durable, and then goes on beside the points, step by step, until it has a result.
 */
export class CommandQueue {
  readonly #engine: ShardEngine;
  readonly #options: CommandOptions | undefined;
  #taken: { id: number; command: ShardCommand } | undefined;
  #isStopped = false;
  #running: { id: number; work: RunningCommand<CommandResult> }[] = [];

  /** Without options commands are passed over. */
  constructor(engine: ShardEngine, options: CommandOptions | undefined) {
    this.#engine = engine;
    this.#options = options;
  }

  get cutGate(): CutGate | undefined {
    return this.#options?.cutGate;
  }

  get isEmpty(): boolean {
    return this.#taken === undefined && this.#running.length === 0;
  }

  /** Takes the command at `offset`. Answers true when the cycle must end with it. */
  take(views: EntryViews, offset: number): boolean {
    const id = views.u32[(offset + COMMAND_ID) >> 2]!;
    if (this.#options === undefined || this.#isStopped || id < this.#options.fromId) return false;
    const start = offset + COMMAND_TEXT;
    const text = views.u8.slice(start, start + views.u32[(offset + COMMAND_TEXT_BYTES) >> 2]!);
    this.#taken = { id, command: JSON.parse(Buffer.from(text).toString('utf8')) as ShardCommand };
    return true;
  }

  /** A bounded step of each running command, before the cycle's transaction. Answers the work done. */
  step(nowMs: number): number {
    let worked = 0;
    for (const { id, work } of this.#running) worked += this.#try(id, () => work.step(nowMs)) ?? 1;
    return worked;
  }

  /** The cycle's transaction is durable: begins what was taken in it, and answers what is done. */
  settle(nowMs: number): void {
    if (this.#taken !== undefined) {
      const { id, command } = this.#taken;
      this.#taken = undefined;
      const begin = COMMAND_HANDLERS[command.kind] as CommandHandler<CommandKind>;
      const work = this.#try(id, () => begin(command, this.#engine, nowMs));
      if (work !== undefined) this.#running.push({ id, work });
    }
    if (this.#running.length === 0) return;
    this.#running = this.#running.filter(({ id, work }) => {
      const { result } = work;
      if (result !== undefined) this.#options?.answer({ id, result });
      return result === undefined;
    });
  }

  /** The engine stops: running commands end where they are, no more are taken. Their callers are told by the socket thread. */
  stop(): void {
    this.#isStopped = true;
    this.#taken = undefined;
    for (const { work } of this.#running.splice(0)) work.cancel?.();
  }

  /** Runs a part of a command. A failure that was meant for the caller ends the command and answers undefined. */
  #try<T>(id: number, part: () => T): T | undefined {
    try {
      return part();
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      this.#running = this.#running.filter((each) => each.id !== id);
      this.#options?.answer({ id, error: { code: error.code, detail: error.message } });
      return undefined;
    }
  }
}
