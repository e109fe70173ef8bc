import { type ClientOptions, WebSocket } from 'ws';
import {
  Producer,
  type ProducerHost,
  type ProducerOptions,
  type ProducerSocket,
} from '../../protocol/client/index.js';

export {
  type AckEvent,
  type AckLevel,
  type CloseResult,
  type ColumnTimes,
  type Labels,
  Producer,
  ProducerError,
  type ProducerErrorCode,
  type ProducerHost,
  type ProducerOptions,
  type ProducerSocket,
  type ProducerState,
  type ProducerStats,
  type RejectEvent,
  type WhenFull,
} from '../../protocol/client/index.js';

/** How a client masks what it sends: RFC 6455 wants it for the sake of proxies that don't know WebSocket. */
export type Masking =
  /** Four bytes of chance a frame, as the standard says. */
  | 'random'
  /**
   * Four zeros, which saves a pass over every byte. For `wss:`, or where nothing stands between producer and
   * engine that could take a frame for an HTTP request.
   */
  | 'zero';

export interface NodeProducerOptions extends ProducerOptions {
  /** Default: random. */
  readonly masking?: Masking;
}

/** ms that a connection which was given up may hang before it is cut, and with it a process kept alive. */
const closeTimeoutMs = 1000;

/**
 * A producer in Node:
 *
 *   const producer = createProducer({ url: 'ws://127.0.0.1:8000/ws/ingest', producer: 'web-1' });
 *   const latency = producer.series('api.latency', { route: '/cart' });
 *   producer.add(latency, 23.5);
 *   await producer.close();
 */
export function createProducer(options: NodeProducerOptions): Producer {
  return new Producer(options, nodeHost(options.masking));
}

/** Node's clock, timers and randomness, and the sockets of `ws`. */
export function nodeHost(masking: Masking = 'random'): ProducerHost {
  return {
    connect: (url) => connectWithWs(url, masking),
    now: Date.now,
    random: Math.random,
    setTimer: (callback, delayMs) => setTimeout(callback, delayMs),
    clearTimer: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
  };
}

/**
 * `ws` and not Node's own WebSocket: Node 20 has none, and later ones can't do without masking, which costs more
 * than everything else a producer does (docs/client.md has the figures). Columns of float64 hardly compress, and
 * deflate would cost more again, so the extension isn't offered.
 */
function connectWithWs(url: string, masking: Masking): ProducerSocket {
  // `closeTimeout` is newer than the package's types.
  const options: ClientOptions & { closeTimeout: number } = {
    perMessageDeflate: false,
    closeTimeout: closeTimeoutMs,
  };
  // Zeros are what the mask's memory has once it is filled with them; `ws` then sends the frame as it lies.
  if (masking === 'zero') options.generateMask = (mask) => void mask.fill(0);
  // The events of `ws` have all the fields that ours have; only its types are narrower than the standard's.
  return new WebSocket(url, options) as unknown as ProducerSocket;
}
