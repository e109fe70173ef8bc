import type { SimPoint } from './point-book.js';
import { law } from './sim-failure.js';

/** Someone who sends points. */
export interface SimProducer {
  readonly name: string;
  /** Makes some points and sends them, now or when it can. Answers how many. */
  produce(): number;
  /** Whether it owes and is owed nothing. */
  readonly isSettled: boolean;
  /** Once all is settled: what it has been told about its points must cover all of them. */
  checkSettled(): void;
}

/** How a producer speaks to the engine. */
export interface ProducerManner {
  readonly name: string;
  /** Has a name that the engine knows it by. */
  readonly named: boolean;
  readonly level: 'durable' | 'memory';
  /** What it sends is a history, which may be older. */
  readonly backfill: boolean;
}

/** Each point was acknowledged, or refused at least once; from memory it must at least have been taken. */
export function checkPoints({ name, level }: ProducerManner, points: readonly SimPoint[]): void {
  for (const point of points) {
    const isTold =
      level === 'durable' ? point.acked || point.refused > 0 : point.accepted + point.refused > 0;
    law(
      isTold || point.isLost,
      () => `${name} thinks that value ${point.value} of ${point.series} is settled, which it is not`,
    );
  }
}
