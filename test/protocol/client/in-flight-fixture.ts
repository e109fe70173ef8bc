import { type Fixture, produce } from './fake-world.js';

/** A welcomed producer with `batches` batches of one point in flight: value i in batch i, from 1. */
export function inFlight(batches: number, options: Parameters<typeof produce>[0] = {}): Fixture {
  const fixture = produce(options);
  fixture.world.socket.welcome();
  const ref = fixture.producer.series('a');
  for (let i = 1; i <= batches; i++) {
    fixture.producer.add(ref, i, 1000);
    fixture.world.advance(50);
  }
  return fixture;
}

/** Breaks the connection and answers the next one. */
export function reconnect({ world }: Fixture, lastSeq: number): void {
  world.socket.drop();
  world.advance(10_000);
  world.socket.welcome({ lastSeq });
}
