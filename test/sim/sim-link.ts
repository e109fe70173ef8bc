import type { WebSocket } from 'uWebSockets.js';
import type { ProducerSocket } from '../../protocol/client/host.js';
import type { AnyWebSocketBehavior } from '../../src/http/websocket-route.js';
import { ConnectionJudge } from './connection-judge.js';
import type { FrontEndModel } from './front-end-model.js';
import type { SimRandom } from './sim-random.js';

type Going = 'open' | Uint8Array | { readonly code: number };

/** What a lost byte looks like: a frame's memory dies with its handler. */
const POISON = 0xa5;

/** The code of a connection that broke without a word. */
const BROKEN = 1006;

/**
 * One connection with both its ends: the producer's standard WebSocket, the engine's library socket, and between them two
 * directions that keep their order and take as long as the simulation likes. Cut, each direction delivers what was far
 * enough, then the end; so either side may learn of it first, and what was behind is lost.
 */
export class SimLink implements ProducerSocket {
  binaryType = 'blob';
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly judge: ConnectionJudge;
  readonly name: string;
  #up: Going[] = ['open'];
  #down: Going[] = [];
  #upCut = false;
  #downCut = false;
  #clientOpen = true;
  #engine: { socket: WebSocket<object>; behavior: AnyWebSocketBehavior } | undefined;

  constructor(name: string, model: FrontEndModel) {
    this.name = name;
    this.judge = new ConnectionJudge(model);
  }

  get upLength(): number {
    return this.#up.length;
  }
  get downLength(): number {
    return this.#down.length;
  }
  get isOver(): boolean {
    return !this.#clientOpen && this.#engine === undefined && this.#up.length === 0;
  }
  get isOpenAtEngine(): boolean {
    return this.#engine !== undefined;
  }

  /** The producer's end. */
  send(data: Uint8Array): void {
    if (this.#clientOpen && !this.#upCut) this.#up.push(data.slice());
  }

  close(): void {
    if (!this.#clientOpen) return;
    this.#clientOpen = false;
    this.#down = [];
    if (!this.#upCut) this.#up.push({ code: 1000 });
    this.#upCut = true;
  }

  /** Breaks it; what has travelled far enough still arrives. */
  cut(random: SimRandom): void {
    if (!this.#upCut) this.#up = [...this.#up.slice(0, random.int(this.#up.length + 1)), { code: BROKEN }];
    this.#upCut = true;
    this.#cutDown(random);
  }

  /** The process at the other end is gone. */
  crash(random: SimRandom): void {
    this.#engine = undefined;
    this.#up = [];
    this.#upCut = true;
    this.#cutDown(random);
  }

  /** Delivers the next thing to the engine; without one the connection is refused. */
  deliverUp(behavior: AnyWebSocketBehavior | undefined, nowMs: number): string {
    const going = this.#up.shift()!;
    if (going === 'open') return this.#open(behavior);
    if (this.#engine === undefined) return 'lost';
    if (going instanceof Uint8Array) {
      const frame = going.slice();
      this.judge.onFrame(frame, nowMs);
      this.#engine.behavior.message!(this.#engine.socket, frame.buffer, true);
      frame.fill(POISON);
      return `frame ${going[1]} of ${going.length} bytes`;
    }
    this.#closeEngine(going.code);
    return `close ${going.code}`;
  }

  /** Delivers the next thing to the producer. */
  deliverDown(): string {
    const going = this.#down.shift()!;
    if (!this.#clientOpen) return 'lost';
    if (going === 'open') {
      this.onopen?.({});
      return 'open';
    }
    if (going instanceof Uint8Array) {
      this.onmessage?.({ data: going.slice().buffer });
      return `frame ${going[1]} of ${going.length} bytes`;
    }
    this.#clientOpen = false;
    this.#upCut = true;
    this.onclose?.({ code: going.code, reason: '' });
    return `close ${going.code}`;
  }

  #open(behavior: AnyWebSocketBehavior | undefined): string {
    if (behavior === undefined) {
      this.#up = [];
      this.#upCut = true;
      this.#down.push({ code: BROKEN });
      return 'refused';
    }
    const socket = this.#engineSocket();
    this.#engine = { socket, behavior };
    behavior.open!(socket);
    this.#sendDown('open');
    return 'open';
  }

  /** The part of the library's socket that the engine uses. */
  #engineSocket(): WebSocket<object> {
    const data = { connection: undefined };
    const socket = {
      getUserData: () => data,
      send: (frame: Uint8Array): number => {
        this.judge.onSent(frame);
        this.#sendDown(frame.slice());
        return 1;
      },
      end: (code: number): void => {
        this.#sendDown({ code });
        this.#downCut = true;
        // The library tells of the close before `end` returns.
        this.#closeEngine(code);
      },
    };
    return socket as unknown as WebSocket<object>;
  }

  #closeEngine(code: number): void {
    const engine = this.#engine;
    this.#engine = undefined;
    engine?.behavior.close?.(engine.socket, code, new ArrayBuffer(0));
  }

  #sendDown(going: Going): void {
    if (this.#clientOpen && !this.#downCut) this.#down.push(going);
  }

  #cutDown(random: SimRandom): void {
    if (this.#downCut || !this.#clientOpen) return;
    this.#downCut = true;
    this.#down = [...this.#down.slice(0, random.int(this.#down.length + 1)), { code: BROKEN }];
  }
}
