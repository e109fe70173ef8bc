import type { CommandAnswer, FlushResult, ShardCommand } from '../../src/shard/commands/shard-command.js';
import type { DurableView } from './durable-view.js';
import type { SimDelete } from './sim-delete.js';
import { law } from './sim-failure.js';
import type { SimProcess } from './sim-process.js';

/** What was asked of all shards at once. */
interface Asked {
  readonly kind: ShardCommand['kind'];
  /** What each shard had accepted. */
  readonly accepted: readonly number[];
  readonly wanted: SimDelete | undefined;
}

/**
 * Somebody who asks the shards of one process for this and that, and holds what they answer to what it means. It knows a command
 * by its id: they are sent in the order of asking, and one that finds no room keeps the next one waiting.
 */
export class ShardAsker {
  answers = 0;
  readonly #process: SimProcess;
  readonly #views: readonly DurableView[];
  readonly #asked = new Map<number, Asked>();
  /** The id that the command will have that found no room. */
  #unsentId: number | undefined;

  constructor(process: SimProcess, views: readonly DurableView[]) {
    this.#process = process;
    this.#views = views;
  }

  /** Asks all shards. What they are told comes when this turn is over; the laws are checked as each shard answers. */
  ask(command: ShardCommand, wanted?: SimDelete): string {
    const { commands, links } = this.#process;
    const id = commands.nextId;
    if (this.#unsentId === id) {
      if (commands.isWaiting) return 'waits for another to be sent';
      const lost = this.#asked.get(id)?.wanted;
      if (lost !== undefined) for (const view of this.#views) view.deletes.giveUp(lost);
    }
    const accepted = links.counters.map((shard) => shard.get('accepted'));
    this.#asked.set(id, { kind: command.kind, accepted, wanted });
    if (wanted !== undefined) for (const view of this.#views) view.deletes.ask(wanted);
    commands.runAll(command).catch(() => {});
    this.#unsentId = commands.nextId === id ? id : undefined;
    return this.#unsentId === undefined ? `asked as ${id}` : 'finds no room';
  }

  /** A shard's worker died: what it was asked and had not begun is not done. */
  onDied(shard: number): void {
    const { nextId } = this.#process.commands;
    const unsent = nextId === this.#unsentId ? this.#asked.get(nextId)?.wanted : undefined;
    this.#views[shard]!.deletes.workerEnded(unsent);
  }

  onAnswer(shard: number, answer: CommandAnswer): void {
    this.answers++;
    law('result' in answer, () => `shard ${shard} answers ${JSON.stringify(answer)}`);
    const asked = this.#asked.get(answer.id);
    law(asked !== undefined, () => `shard ${shard} answers ${answer.id}, which nobody asked`);
    const view = this.#views[shard]!;
    if (asked.kind === 'flush') this.#checkFlush(shard, asked, answer.result as FlushResult);
    if (asked.wanted === undefined) return;
    law(
      !view.deletes.begun.includes(asked.wanted),
      `shard ${shard} answers a delete that it has not finished`,
    );
  }

  /** What a flush was to store is in blocks or was, and no generation that it ends is open. */
  #checkFlush(shard: number, { accepted }: Asked, { generation }: FlushResult): void {
    const view = this.#views[shard]!;
    for (const point of view.openPoints()) {
      law(point.generation > generation, `a flush up to ${generation} left generation ${point.generation}`);
    }
    const stored = view.storedPoints + view.expiredPoints;
    const text = `shard ${shard} had taken ${accepted[shard]} points before a flush that stored ${stored}`;
    law(stored >= accepted[shard]!, text);
  }
}
