import type { ProducerHost, ProducerSocket } from './host.js';
import { Producer } from './producer.js';
import type { ProducerOptions } from './producer-options.js';

export type { AckLevel } from '../frames/hello.js';
export type { ProducerHost, ProducerSocket, TimerHandle } from './host.js';
export { Producer } from './producer.js';
export { ProducerError, type ProducerErrorCode } from './producer-error.js';
export type {
  AckEvent,
  CloseResult,
  ColumnTimes,
  ProducerOptions,
  ProducerState,
  RejectEvent,
  WhenFull,
} from './producer-options.js';
export type { ProducerStats } from './producer-stats.js';
export type { Labels } from './series-refs.js';

/** What a page's global object has of what a producer needs. Declared here because this leaf knows no DOM. */
interface PageGlobals {
  readonly WebSocket: new (url: string) => ProducerSocket;
  readonly Date: { now(): number };
  readonly Math: { random(): number };
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/**
 * A producer in a browser, or wherever WebSocket, Date, Math and timers are global. The one file of this leaf
 * that looks at its surroundings; everything behind it gets them as arguments.
 */
export function createProducer(options: ProducerOptions): Producer {
  const page = globalThis as unknown as PageGlobals;
  const host: ProducerHost = {
    connect: (url) => new page.WebSocket(url),
    now: () => page.Date.now(),
    random: () => page.Math.random(),
    setTimer: (callback, delayMs) => page.setTimeout(callback, delayMs),
    clearTimer: (handle) => page.clearTimeout(handle),
  };
  return new Producer(options, host);
}
