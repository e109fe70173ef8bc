/**
 * What a producer needs of the world around it, as arguments: a simulator can be all of it. `node.ts` and the
 * browser's `index.ts` hand in the real things.
 */
export interface ProducerHost {
  /** Starts to connect and answers at once; what comes of it is told by the socket's handlers. */
  connect(url: string): ProducerSocket;
  /** ms since the Unix epoch. */
  now(): number;
  setTimer(callback: () => void, delayMs: number): TimerHandle;
  clearTimer(handle: TimerHandle): void;
  /** Uniform in [0, 1). */
  random(): number;
}

/** Whatever the host's timers are. */
export type TimerHandle = unknown;

/**
 * The part of the standard WebSocket that a producer uses: a browser's, Node's own, or that of `ws`. Handlers
 * are called later, never inside the constructor. `send` may hold on to the bytes until they have left: a
 * producer changes no bytes that it has sent while the connection lives.
 */
export interface ProducerSocket {
  binaryType: string;
  onopen: ((event: unknown) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: Uint8Array): void;
  close(code?: number, reason?: string): void;
}
