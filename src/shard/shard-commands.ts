import { assert } from '../../native-free-core/assert.js';
import { commandEntryBytes } from '../../native-free-core/entry/entry-layout.js';
import { writeCommand } from '../../native-free-core/entry/entry-writer.js';
import { COMMAND_BYTES_MAX, COMMAND_WAIT_MS_MAX } from '../../native-free-core/limits.js';
import { RING_FULL } from '../../native-free-core/ring/ring-producer.js';
import { MillraceError } from '../errors.js';
import type { ShardLinks } from '../ingest/shard-links.js';
import type { CommandAnswer, CommandKind, CommandResult, ShardCommand } from './commands/shard-command.js';

/** How often a command that found a ring full tries again, ms. */
const RETRY_MS = 10;

/** When a caller that was refused may come again, ms. */
const RETRY_AFTER_MS = 1_000;

/** Calls `act` after a while; the timer must not keep the process alive. */
export type Later = (act: () => void, ms: number) => void;

interface Waiting {
  resolve(result: CommandResult): void;
  reject(error: MillraceError): void;
}

/** A question that is in no ring yet. */
interface Unsent {
  shards: readonly number[];
  text: Uint8Array;
  /** One a shard. */
  waiting: readonly Waiting[];
  waitedMs: number;
}

/**
 * The socket thread's end of the commands: asks one shard or all of them, in order with the points. Every promise is settled:
 * with what the shard answers, or with an error after which the caller may ask again, when the rings stay full, the shard dies
 * or takes nothing, or the engine stops. What had been asked for may then have happened all the same.
 */
export class ShardCommands {
  readonly #links: ShardLinks;
  readonly #later: Later;
  readonly #unsent: Unsent[] = [];
  /** By shard: what it has been asked and has not answered, by id. */
  readonly #asked: readonly Map<number, Waiting>[];
  /** Shards whose store takes nothing at the moment, and why. */
  readonly #stuck = new Map<number, string>();
  #lastId = 0;
  #isRetrying = false;
  #isStopped = false;

  constructor(links: ShardLinks, later: Later) {
    this.#links = links;
    this.#later = later;
    this.#asked = links.rings.map(() => new Map());
  }

  /** The first id that a worker that starts now may answer; earlier ones belonged to its predecessor. */
  get nextId(): number {
    return this.#lastId + 1;
  }

  /** Whether somebody waits for an answer. */
  get isWaiting(): boolean {
    return this.#unsent.length > 0 || this.#asked.some((asked) => asked.size > 0);
  }

  /** Asks one shard. @throws MillraceError by its promise */
  run<K extends CommandKind>(shard: number, command: ShardCommand<K>): Promise<CommandResult<K>> {
    return this.#ask([shard], command as ShardCommand)[0]! as Promise<CommandResult<K>>;
  }

  /**
   * Asks all shards at one moment: what was sent to any of them before is in, what is sent afterwards is not. Answers by
   * shard; rejects with the first failure.
   */
  runAll<K extends CommandKind>(command: ShardCommand<K>): Promise<CommandResult<K>[]> {
    const shards = this.#links.rings.map((_, shard) => shard);
    return Promise.all(this.#ask(shards, command as ShardCommand)) as Promise<CommandResult<K>[]>;
  }

  /** A shard answers. What nobody waits for any more is passed over. */
  onAnswer(shard: number, answer: CommandAnswer): void {
    const waiting = this.#asked[shard]!.get(answer.id);
    this.#asked[shard]!.delete(answer.id);
    if (waiting === undefined) return;
    if ('result' in answer) waiting.resolve(answer.result);
    else waiting.reject(new MillraceError(answer.error.code, answer.error.detail));
  }

  /** A shard's worker died: what it was asked is not asked again of its successor. */
  onDied(shard: number): void {
    // Of its store the next worker finds out for itself.
    this.#stuck.delete(shard);
    this.#failShard(shard, 'MR_SHARD_RESTARTING', `Shard ${shard} failed and is started again; ask again.`);
  }

  /**
   * A shard's store takes nothing, or, without `detail`, does again. Meanwhile the shard would answer when there is room again,
   * whenever that is: so what it was asked fails, and whatever is asked until then.
   */
  onStuck(shard: number, detail: string | undefined): void {
    if (detail === undefined) {
      this.#stuck.delete(shard);
      return;
    }
    this.#stuck.set(shard, detail);
    this.#failShard(shard, 'MR_UNABLE_TO_STORE', stuckText(shard, detail));
  }

  /** The engine stops: nothing is asked any more. */
  stop(): void {
    this.#isStopped = true;
    for (const { waiting } of this.#unsent.splice(0)) for (const each of waiting) each.reject(stopping());
    for (const shard of this.#asked.keys()) this.#failShard(shard, 'MR_STOPPING', STOPPING_TEXT);
  }

  #ask(shards: readonly number[], command: ShardCommand): Promise<CommandResult>[] {
    if (this.#isStopped) return [Promise.reject(stopping())];
    const stuck = shards.find((shard) => this.#stuck.has(shard));
    if (stuck !== undefined) {
      const detail = stuckText(stuck, this.#stuck.get(stuck)!);
      return [
        Promise.reject(new MillraceError('MR_UNABLE_TO_STORE', detail, { retryAfterMs: RETRY_AFTER_MS })),
      ];
    }
    const text = Buffer.from(JSON.stringify(command), 'utf8');
    assert(text.length <= COMMAND_BYTES_MAX, 'a command is longer than its bound');
    const waiting: Waiting[] = [];
    const answers = shards.map(
      () => new Promise<CommandResult>((resolve, reject) => waiting.push({ resolve, reject })),
    );
    this.#unsent.push({ shards, text, waiting, waitedMs: 0 });
    this.#sendAll();
    return answers;
  }

  /** Sends in the order of asking; what finds no room keeps those behind it back. */
  #sendAll(): void {
    while (this.#unsent.length > 0 && this.#trySend(this.#unsent[0]!)) this.#unsent.shift();
    if (this.#unsent.length === 0 || this.#isRetrying) return;
    this.#isRetrying = true;
    this.#later(() => {
      this.#isRetrying = false;
      this.#giveUpOld();
      this.#sendAll();
    }, RETRY_MS);
  }

  #trySend({ shards, text, waiting }: Unsent): boolean {
    const { rings } = this.#links;
    for (const shard of shards) if (!this.#links.flushDefinitions(shard)) return false;
    const id = this.#lastId + 1;
    for (const shard of shards) {
      const ring = rings[shard]!;
      const offset = ring.tryClaim(commandEntryBytes(text.length));
      if (offset === RING_FULL) {
        for (const each of shards) rings[each]!.abandon();
        return false;
      }
      writeCommand(ring.views, offset, id, text);
    }
    this.#lastId = id;
    shards.forEach((shard, i) => {
      this.#asked[shard]!.set(id, waiting[i]!);
      rings[shard]!.publish();
    });
    return true;
  }

  #giveUpOld(): void {
    for (const unsent of this.#unsent) unsent.waitedMs += RETRY_MS;
    while (this.#unsent[0] !== undefined && this.#unsent[0].waitedMs >= COMMAND_WAIT_MS_MAX) {
      const { waiting } = this.#unsent.shift()!;
      const { reason } = this.#links.busy();
      const detail = `The shards took no command for ${COMMAND_WAIT_MS_MAX / 1_000} s (${reason}); ask again.`;
      const error = new MillraceError('MR_BUSY', detail, {
        retryAfterMs: RETRY_AFTER_MS,
        fields: { reason, retry_after_ms: RETRY_AFTER_MS },
      });
      for (const each of waiting) each.reject(error);
    }
  }

  #failShard(
    shard: number,
    code: 'MR_SHARD_RESTARTING' | 'MR_UNABLE_TO_STORE' | 'MR_STOPPING',
    detail: string,
  ): void {
    const asked = [...this.#asked[shard]!.values()];
    this.#asked[shard]!.clear();
    for (const each of asked) each.reject(new MillraceError(code, detail, { retryAfterMs: RETRY_AFTER_MS }));
  }
}

const stuckText = (shard: number, detail: string): string =>
  `Shard ${shard} can't store at the moment: ${detail}`;

const STOPPING_TEXT = 'The engine stops.';

const stopping = (): MillraceError =>
  new MillraceError('MR_STOPPING', STOPPING_TEXT, { retryAfterMs: RETRY_AFTER_MS });
