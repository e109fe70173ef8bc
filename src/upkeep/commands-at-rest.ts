import { GROUP_COUNT, SERIES_TOTAL_MAX } from '../../native-free-core/limits.js';
import { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { ShardMap } from '../../native-free-core/series/refs.js';
import type { Clock } from '../clock.js';
import { tierBytesMax } from '../config/retention-keys.js';
import type { Config } from '../config/schema.js';
import { COMMAND_HANDLERS } from '../shard/commands/command-handlers.js';
import type { CommandHandler } from '../shard/commands/running-command.js';
import type { CommandKind, CommandResult, ShardCommand } from '../shard/commands/shard-command.js';
import { recoverShard } from '../shard/recovery.js';
import { createShardMemory } from '../shard/shard-memory.js';
import { Folder } from '../store/folder.js';
import { LmdbStore } from '../store/lmdb-store.js';
import { RING_BYTES_MIN } from './limits.js';

/**
 * Does for a folder that no engine runs on what shards do when they are asked: opens one shard after the other on this thread,
 * works until the command is done, and stores everything, as a start and a stop would.
 */
export class CommandsAtRest {
  readonly #folder: Folder;
  readonly #config: Pick<Config, 'retention' | 'retentionBytes'>;
  readonly #clock: Clock;

  /** @throws MillraceError when the folder can't be opened, or an engine has it */
  constructor(path: string, config: Pick<Config, 'retention' | 'retentionBytes'>, clock: Clock) {
    this.#folder = Folder.openExisting(path);
    this.#config = config;
    this.#clock = clock;
  }

  async runAll<K extends CommandKind>(command: ShardCommand<K>): Promise<CommandResult<K>[]> {
    const map = new ShardMap(this.#folder.manifest.shards);
    const results: CommandResult<K>[] = [];
    for (let shard = 0; shard < map.shardCount; shard++) results.push(await this.#run(shard, map, command));
    return results;
  }

  close(): void {
    this.#folder.close();
  }

  async #run<K extends CommandKind>(
    shard: number,
    map: ShardMap,
    command: ShardCommand<K>,
  ): Promise<CommandResult<K>> {
    const groups = map.groupCount(shard);
    const memory = createShardMemory(groups, SERIES_TOTAL_MAX, RING_BYTES_MIN);
    const store = LmdbStore.open(this.#folder.shardPath(shard));
    try {
      const { engine } = recoverShard(
        {
          shard,
          map,
          memory,
          store,
          session: 1,
          retention: new RetentionPolicy(this.#config.retention),
          tierBytesMax: tierBytesMax(this.#config).map((bytes) => bytes * (groups / GROUP_COUNT)),
        },
        this.#clock,
      );
      // The table has a handler for each kind, so this one takes a K.
      const begin = COMMAND_HANDLERS[command.kind as CommandKind] as unknown as CommandHandler<K>;
      const work = begin(command, engine, this.#clock.nowMs());
      while (work.result === undefined) {
        work.step(this.#clock.nowMs());
        engine.doWork(this.#clock.nowMs());
      }
      const { result } = work;
      engine.storeAll(this.#clock.nowMs());
      return result;
    } finally {
      await store.closed();
    }
  }
}
