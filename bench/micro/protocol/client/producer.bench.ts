import type { ProducerHost, ProducerSocket } from '../../../../protocol/client/host.js';
import { Producer } from '../../../../protocol/client/producer.js';
import {
  ColumnsView,
  CursorWriter,
  decodeColumns,
  encodeAck,
  encodeWelcome,
  Opcode,
  peekOpcode,
} from '../../../../protocol/index.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { sampleColumns } from '../sample.js';

const pointsOf = (size: BenchSize): number => (size === 'full' ? 1_000_000 : 20_000);
const baseMs = 1_764_669_600_000;

/** An engine that takes everything at once, inside of `send`. */
class InstantSocket implements ProducerSocket {
  binaryType = '';
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly #view = new ColumnsView();
  readonly #writer = new CursorWriter();

  send(frame: Uint8Array): void {
    const opcode = peekOpcode(frame);
    if (opcode === Opcode.hello) {
      const limits = { maxFrameBytes: 1 << 24, maxPointsPerBatch: 1_000_000, maxInFlight: 64 };
      this.#reply((writer) => encodeWelcome(writer, { server: 'instant', ...limits, lastSeq: 0 }));
    } else if (opcode === Opcode.columns) {
      decodeColumns(frame, this.#view);
      this.#reply((writer) => encodeAck(writer, this.#view.seq, this.#view.count, []));
    }
  }

  close(): void {}

  #reply(write: (writer: CursorWriter) => void): void {
    this.#writer.reset();
    write(this.#writer);
    this.onmessage?.({ data: this.#writer.copy().buffer });
  }
}

function welcomedProducer(): Producer {
  const socket = new InstantSocket();
  const host: ProducerHost = {
    connect: () => socket,
    now: Date.now,
    random: () => 0.5,
    // Batches fill up here; none waits for its interval.
    setTimer: () => 0,
    clearTimer: () => {},
  };
  const producer = new Producer({ url: '', maxBufferedBytes: 2 ** 28 }, host);
  socket.onopen?.({});
  return producer;
}

function bench(
  name: string,
  run: (producer: Producer, refs: Uint32Array, values: Float64Array, dt: Int32Array) => void,
): MicroBench {
  return {
    name,
    unit: 'points',
    perRun: pointsOf,
    setup: (size) => {
      const producer = welcomedProducer();
      for (let i = 0; i < 10_000; i++) producer.series('cpu', { host: `host-${i}` });
      const { refs, values, dt } = sampleColumns(pointsOf(size));
      return () => {
        const before = producer.stats().pointsAdded;
        run(producer, refs, values, dt);
        void producer.flush();
        return producer.stats().pointsAcknowledged - before;
      };
    },
  };
}

const labels = { host: 'web-1', route: '/cart' };

export const benches: MicroBench[] = [
  bench('Producer.add() with a time', (producer, refs, values, dt) => {
    for (let i = 0; i < refs.length; i++) producer.add(refs[i]!, values[i]!, baseMs + dt[i]!);
  }),
  bench('Producer.add() with the clock', (producer, refs, values) => {
    for (let i = 0; i < refs.length; i++) producer.add(refs[i]!, values[i]!);
  }),
  bench('Producer.record() with two labels', (producer, refs, values, dt) => {
    for (let i = 0; i < refs.length; i++) producer.record('api.latency', values[i]!, labels, baseMs + dt[i]!);
  }),
  bench('Producer.addColumns() in batches of 10,000', (producer, refs, values, dt) => {
    for (let i = 0; i < refs.length; i += 10_000) {
      const to = i + 10_000;
      producer.addColumns(refs.subarray(i, to), values.subarray(i, to), { baseMs, dt: dt.subarray(i, to) });
    }
  }),
];
