import type { ShardEngine } from '../shard-engine.js';
import type { CommandKind, CommandResult, ShardCommand } from './shard-command.js';

/**
 * A command that a shard works on, in bounded steps between its duty cycles' transactions. What it writes goes through the
 * engine, into the transaction of a cycle.
 */
export interface RunningCommand<R> {
  /** Does a bounded part and answers how much; 0 while it waits for what the engine does anyway. */
  step(nowMs: number): number;
  /** Undefined until all is done and durable. */
  readonly result: R | undefined;
  /** Called instead of further steps when the engine stops. Absent: nothing to clean up. */
  cancel?(): void;
}

/**
 * Begins a command. At this moment everything that was in the ring before it is applied and committed, and nothing behind it
 * is: sent to all shards at once, this is a consistent cut over them.
 * @throws MillraceError what the caller is told
 */
export type CommandHandler<K extends CommandKind> = (
  command: ShardCommand<K>,
  engine: ShardEngine,
  nowMs: number,
) => RunningCommand<CommandResult<K>>;
