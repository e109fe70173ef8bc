import { CrashFuse } from './crash-fuse.js';
import type { FrontEndModel, SavedTelling } from './front-end-model.js';
import type { PointBook, SavedPoints } from './point-book.js';
import type { SavedDisks, SimDisks } from './sim-disks.js';
import { law } from './sim-failure.js';

/** A backup: what the disks held, and what everybody knew, when it was asked for. */
interface Snapshot {
  readonly disks: SavedDisks;
  readonly points: SavedPoints;
  readonly telling: SavedTelling;
  readonly gone: ReadonlySet<number>;
}

/** One that is being taken. */
interface Taking {
  readonly ticket: number;
  readonly points: SavedPoints;
  readonly telling: SavedTelling;
  /** By shard, since it stood at the cut. */
  readonly shards: (SavedDisks['shards'][number] | undefined)[];
  readonly gone: Set<number>;
}

/**
 * Backups that are taken while the engine runs: each shard is seen where the cut stands in its ring. What was accepted before it was
 * asked for is in the backup, and nothing that came after, in all shards alike.
 */
export class SimSnapshots {
  /** Backups that were whole. */
  taken = 0;
  readonly #disks: SimDisks;
  readonly #model: FrontEndModel;
  readonly #book: PointBook;
  #lastTicket = 0;
  /** When the process began, by `PointBook.tick`: what it has taken since is in its rings, if nowhere else. */
  #begunAt = 0;
  #taking: Taking | undefined;
  #last: Snapshot | undefined;

  constructor(disks: SimDisks, model: FrontEndModel) {
    this.#disks = disks;
    this.#model = model;
    this.#book = model.book;
  }

  get isTaking(): boolean {
    return this.#taking !== undefined;
  }

  /** A process begins. */
  begin(): void {
    this.#begunAt = this.#book.tick();
    this.#taking = undefined;
  }

  /** A snapshot is asked for at this moment. Answers the ticket of its cut. */
  ask(): number {
    const ticket = ++this.#lastTicket;
    const shards = this.#disks.stores.map(() => undefined);
    this.#taking = {
      ticket,
      points: this.#book.save(),
      telling: this.#model.save(),
      shards,
      gone: new Set(),
    };
    return ticket;
  }

  /** The one that is being taken comes to nothing. */
  giveUp(): void {
    this.#taking = undefined;
  }

  /** A shard stands at the cut. */
  onCut(shard: number, ticket: number): void {
    const taking = this.#taking;
    if (taking?.ticket !== ticket) return;
    const [store, view] = [this.#disks.stores[shard]!, this.#disks.views[shard]!];
    taking.shards[shard] = { store: store.copy(new CrashFuse()), truth: view.freeze() };
    for (const [, points] of view.history.all()) {
      for (const { value } of points) if (this.#book.get(value)!.hasGone) taking.gone.add(value);
    }
    const shards = taking.shards.filter((each) => each !== undefined);
    if (shards.length < taking.shards.length) return;
    this.#taking = undefined;
    this.#last = { ...taking, disks: { shards } };
    this.taken++;
    this.#check(this.#last);
  }

  /** The last backup takes the place of the folder. The `ticks`-th tick cuts that short, and leaves everything as it was. */
  restore(ticks: number): string {
    const { disks, points, telling, gone } = this.#last!;
    const countOf = this.#disks.read(disks);
    const before = this.#disks.stores;
    const how = this.#disks.restore(disks, ticks, () => {
      this.#model.restore(telling);
      this.#book.restore(points, (value) =>
        gone.has(value) ? 'gone' : countOf(value) > 0 ? 'there' : 'never',
      );
    });
    law(how.startsWith('cut short') === (this.#disks.stores === before), 'a restore is neither done nor not');
    return how;
  }

  #check({ disks, points, gone }: Snapshot): void {
    const countOf = this.#disks.read(disks);
    for (const point of points.values()) {
      const count = countOf(point.value);
      const text = (): string => `value ${point.value} of ${point.series} is ${count} times in a backup`;
      const most = point.named ? Math.min(1, point.accepted) : point.accepted;
      law(count <= most, text);
      if (count > 0 || gone.has(point.value) || (point.named && point.refused > 0)) continue;
      const isTaken = point.accepted > 0 && point.firstTakenAt > this.#begunAt;
      law(!isTaken && !(point.acked && !point.hasGone), text);
    }
    for (const { value } of this.#book.all()) {
      law(points.has(value) || countOf(value) === 0, () => `value ${value} is in a backup that is older`);
    }
  }
}
