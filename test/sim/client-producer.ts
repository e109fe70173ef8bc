import type { ProducerHost, ProducerSocket } from '../../protocol/client/host.js';
import { Producer } from '../../protocol/client/producer.js';
import type { SimPoint } from './point-book.js';
import type { PointMaker } from './point-maker.js';
import { law } from './sim-failure.js';
import { checkPoints, type ProducerManner, type SimProducer } from './sim-producer.js';
import type { SimRandom } from './sim-random.js';

/** The real producer client, in a host that the simulation is. */
export class ClientProducer implements SimProducer {
  readonly name: string;
  readonly #manner: ProducerManner;
  readonly #random: SimRandom;
  readonly #maker: PointMaker;
  readonly #producer: Producer;
  readonly #points: SimPoint[] = [];

  constructor(
    manner: ProducerManner,
    random: SimRandom,
    maker: PointMaker,
    host: Omit<ProducerHost, 'connect'> & { connect(name: string): ProducerSocket },
  ) {
    this.name = manner.name;
    this.#manner = manner;
    this.#random = random;
    this.#maker = maker;
    const options = {
      url: 'ws://sim',
      producer: manner.named ? manner.name : (false as const),
      ack: manner.level,
      backfill: manner.backfill,
      flushIntervalMs: random.pick([0, 20, 100]),
      maxBatchPoints: random.pick([5, 20, 80]),
      backoffMinMs: 20,
      backoffMaxMs: 1_000,
      connectTimeoutMs: 5_000,
      ackTimeoutMs: random.pick([500, 20_000]),
      onError: (error: Error) => {
        // A crash may have lost what an ACK from memory settled: then numbers begin anew.
        const isKnown = /within \d+ ms/.test(error.message) || manner.level === 'memory';
        law(isKnown, `${manner.name} reports ${error.message}`);
      },
    };
    this.#producer = new Producer(options, { ...host, connect: () => host.connect(manner.name) });
  }

  produce(): number {
    const count = this.#random.size(50);
    const burstMs = this.#random.chance(0.3) ? this.#maker.timeMs() : undefined;
    for (let i = 0; i < count; i++) {
      const made = this.#maker.make(this.#manner.named, burstMs ?? this.#maker.timeMs());
      const { name, labels } = made.series;
      law(this.#producer.record(name, made.value, labels, made.timeMs), 'the buffer is larger than a run');
      if (made.point !== undefined) this.#points.push(made.point);
    }
    return count;
  }

  get isSettled(): boolean {
    const { pointsAdded, pointsAcknowledged } = this.#producer.stats();
    return pointsAcknowledged === pointsAdded;
  }

  checkSettled(): void {
    checkPoints(this.#manner, this.#points);
  }
}
