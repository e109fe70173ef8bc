import { PRODUCERS_MAX } from '../../native-free-core/limits.js';
import type { RecoveredShard } from '../shard/recovery.js';
import type { ShardLinks } from './shard-links.js';

/** Whoever speaks for a producer at the moment. */
export interface ProducerOwner {
  /** Another connection took the name over. */
  onTakenOver(): void;
}

/** A producer with a name: its batches are applied exactly once. */
export interface NamedProducer {
  readonly ref: number;
  readonly name: string;
  /** The highest seq of which all shards have stored everything. */
  durableSeq: number;
  /** The highest seq that went to the shards. */
  routedSeq: number;
  owner: ProducerOwner | undefined;
  /** The instance that greeted last, and with which of its connections; empty where it doesn't say. */
  instance: string;
  attempt: number;
}

/** What a HELLO says of who speaks. */
export interface Greeting {
  readonly producer: string;
  readonly instance: string;
  readonly attempt: number;
}

const nobody = { owner: undefined, instance: '', attempt: 0 };

/** The producers that this folder knows, by name. Socket thread only. */
export class ProducerDirectory {
  readonly #links: ShardLinks;
  readonly #byName = new Map<string, NamedProducer>();
  /** New names that found no room. */
  refused = 0;
  #nextRef = 1;

  constructor(links: ShardLinks) {
    this.#links = links;
  }

  get count(): number {
    return this.#byName.size;
  }

  /** Takes over what the shards recovered: a batch is durable when every shard has it. */
  restore(shards: readonly RecoveredShard[]): void {
    const seen = new Map<string, { ref: number; seqs: number[] }>();
    for (const { producers } of shards) {
      for (const { producer, name, seq } of producers) {
        const known = seen.get(name) ?? { ref: producer, seqs: [] };
        known.seqs.push(seq);
        seen.set(name, known);
        this.#nextRef = Math.max(this.#nextRef, producer + 1);
      }
    }
    for (const [name, { ref, seqs }] of seen) {
      const everywhere = seqs.length === shards.length;
      const durableSeq = everywhere ? Math.min(...seqs) : 0;
      this.#byName.set(name, { ref, name, durableSeq, routedSeq: durableSeq, ...nobody });
      // A crash may have come between the shards' first transactions.
      if (!everywhere) this.#links.defineProducer(ref, Buffer.from(name));
    }
  }

  /**
   * Whether a later connection of the same instance has greeted already: then this one was given up before its HELLO
   * came, and to let it take over would close the one that lives.
   */
  isOvertaken({ producer: name, instance, attempt }: Greeting): boolean {
    const producer = this.#byName.get(name);
    return (
      producer !== undefined &&
      instance !== '' &&
      producer.instance === instance &&
      attempt < producer.attempt
    );
  }

  /** Finds or makes a producer and gives it to `owner`; the one who had it is told. Undefined: there are too many. */
  take({ producer: name, instance, attempt }: Greeting, owner: ProducerOwner): NamedProducer | undefined {
    let producer = this.#byName.get(name);
    if (producer === undefined) {
      if (this.#byName.size >= PRODUCERS_MAX) {
        this.refused++;
        return undefined;
      }
      producer = { ref: this.#nextRef++, name, durableSeq: 0, routedSeq: 0, ...nobody };
      this.#byName.set(name, producer);
      this.#links.defineProducer(producer.ref, Buffer.from(name));
    }
    const before = producer.owner;
    producer.owner = owner;
    producer.instance = instance;
    producer.attempt = attempt;
    before?.onTakenOver();
    return producer;
  }
}
