import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Clock } from '../../../src/clock.js';
import type { Logger } from '../../../src/log.js';
import { type Conduct, PACE_FAST, PACE_SLOW, PACE_STOP } from '../../../src/rehearsal/conduct.js';
import {
  ANSWERS_MS_MAX,
  BUSY_POINTS_PER_S,
  LOOK_MS,
  QUIET_MS,
  STOP_MS_MAX,
  WAIT_MS_MAX,
} from '../../../src/rehearsal/limits.js';
import { Rehearsal } from '../../../src/rehearsal/rehearsal.js';
import type { Asked } from '../../../src/rehearsal/rehearsal-task.js';

const ASKED: Asked = { askings: 8_000, refused: 3 };
/** As many points between two looks as make the engine busy. */
const BUSY_POINTS = (BUSY_POINTS_PER_S * LOOK_MS) / 1_000 + 1;

/** Lets promises that have settled be heard of. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A rehearsal of an engine of which nothing is there but its figures, on a clock that stands still unless it is moved. */
class Stage {
  /** What happened, in order. */
  readonly happened: string[] = [];
  readonly traffic = { points: 0, requests: 0, stored: 0 };
  conduct: Conduct | undefined;
  /** Called at each look, before it. */
  onLook = (): void => {};
  readonly rehearsal: Rehearsal;
  readonly #t: TestContext;
  #nowMs = 5_000;
  #end: { resolve(asked: Asked | undefined): void; reject(error: Error): void } | undefined;

  constructor(t: TestContext) {
    this.#t = t;
    t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
    const clock: Clock = { nowMs: () => this.#nowMs, monotonicMs: () => this.#nowMs };
    const tell = (level: string) => (_fields: object, text: string) =>
      this.happened.push(`${level}: ${text}`);
    const log = { info: tell('info'), warn: tell('warn') } as unknown as Logger;
    const opened = (what: string) => {
      this.happened.push(`open ${what}`);
      return async () => void this.happened.push(`close ${what}`);
    };
    this.rehearsal = new Rehearsal({
      openQueries: () => ({ run: () => assert.fail('nobody asks'), close: opened('queries') }),
      serve: async () => {
        const close = opened('server');
        return { port: 1, token: 'secret', close };
      },
      ask: (server, conduct) => {
        assert.deepEqual([server.port, server.token], [1, 'secret']);
        this.conduct = conduct;
        return new Promise((resolve, reject) => {
          this.#end = { resolve, reject };
        });
      },
      traffic: () => ({ ...this.traffic }),
      clock,
      log,
    });
    this.rehearsal.start();
  }

  get isRunning(): boolean {
    return this.conduct !== undefined;
  }

  /** Moves the clock on, from look to look. */
  async pass(ms: number): Promise<void> {
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs; ) {
      this.#nowMs += LOOK_MS;
      this.onLook();
      this.#t.mock.timers.tick(LOOK_MS);
      await settle();
    }
  }

  /** Whoever asks has asked enough. */
  async end(asked: Asked | undefined = ASKED): Promise<void> {
    this.#end!.resolve(asked);
    await settle();
  }

  async fail(): Promise<void> {
    this.#end!.reject(new Error('no thread'));
    await settle();
  }

  /** Starts it as on an engine that holds something and rests. */
  async begin(): Promise<void> {
    this.traffic.stored = 1_000;
    await this.pass(QUIET_MS);
    assert.ok(this.isRunning);
  }
}

describe('Rehearsal', () => {
  it('begins once something is stored and nobody has asked or sent much for a second', async (t) => {
    const stage = new Stage(t);
    await stage.pass(3 * QUIET_MS);
    assert.equal(stage.isRunning, false, 'nothing is stored');
    stage.traffic.stored = 1;
    stage.traffic.requests++;
    await stage.pass(QUIET_MS);
    assert.equal(stage.isRunning, false, 'somebody asked a second ago');
    await stage.pass(LOOK_MS);
    assert.equal(stage.isRunning, true);
    assert.deepEqual(stage.happened, ['open queries', 'open server']);
    assert.equal(stage.conduct!.pace, PACE_FAST);
  });

  it('waits while many points come, but not for ever', async (t) => {
    const stage = new Stage(t);
    stage.traffic.stored = 1;
    stage.onLook = () => {
      stage.traffic.points += BUSY_POINTS;
    };
    await stage.pass(WAIT_MS_MAX);
    assert.equal(stage.isRunning, false);
    await stage.pass(LOOK_MS);
    assert.equal(stage.isRunning, true);
    assert.equal(stage.conduct!.pace, PACE_SLOW);
  });

  it('takes few points for quiet', async (t) => {
    const stage = new Stage(t);
    stage.traffic.stored = 1;
    stage.onLook = () => {
      stage.traffic.points += BUSY_POINTS - 1;
    };
    await stage.pass(QUIET_MS);
    assert.equal(stage.isRunning, true);
  });

  it('gives way for a second behind each request and each burst of points, and goes on fast', async (t) => {
    const stage = new Stage(t);
    await stage.begin();
    for (const come of [() => stage.traffic.requests++, () => (stage.traffic.points += BUSY_POINTS)]) {
      come();
      await stage.pass(LOOK_MS);
      assert.equal(stage.conduct!.pace, PACE_SLOW);
      await stage.pass(QUIET_MS - LOOK_MS);
      assert.equal(stage.conduct!.pace, PACE_SLOW);
      await stage.pass(LOOK_MS);
      assert.equal(stage.conduct!.pace, PACE_FAST);
    }
  });

  it('ends by itself, takes everything down, says what was asked, and does not begin again', async (t) => {
    const stage = new Stage(t);
    await stage.begin();
    await stage.end();
    const wanted = ['open queries', 'open server', 'close server', 'close queries', 'info: rehearsed'];
    assert.deepEqual(stage.happened, wanted);
    await stage.pass(2 * WAIT_MS_MAX);
    await stage.rehearsal.stop();
    assert.deepEqual(stage.happened, wanted);
  });

  it('takes everything down and says so when its thread fails', async (t) => {
    const stage = new Stage(t);
    await stage.begin();
    await stage.fail();
    assert.deepEqual(stage.happened.slice(2), [
      'close server',
      'close queries',
      'warn: the rehearsal ended early',
    ]);
  });

  it('stop() says stop, and is done when whoever asks has ended', async (t) => {
    const stage = new Stage(t);
    await stage.begin();
    const stopped = stage.rehearsal.stop();
    assert.equal(stage.conduct!.pace, PACE_STOP);
    await stage.pass(ANSWERS_MS_MAX - LOOK_MS);
    assert.equal(stage.conduct!.pace, PACE_STOP, 'nobody says fast again');
    await stage.end();
    await stopped;
    assert.deepEqual(stage.happened.slice(2), ['close server', 'close queries', 'info: rehearsed']);
  });

  it('stop() answers no more when an answer takes long, and waits no longer than that for a thread that does not end', async (t) => {
    const stage = new Stage(t);
    await stage.begin();
    let isStopped = false;
    const stopped = stage.rehearsal.stop().then(() => {
      isStopped = true;
    });
    await stage.pass(ANSWERS_MS_MAX);
    assert.deepEqual(stage.happened.slice(2), ['close server']);
    await stage.pass(STOP_MS_MAX - ANSWERS_MS_MAX - LOOK_MS);
    assert.equal(isStopped, false);
    await stage.pass(LOOK_MS);
    await stopped;
    assert.deepEqual(stage.happened.slice(3), ['warn: the rehearsal did not end with the engine']);
  });

  it('stop() keeps a rehearsal that has not begun from beginning', async (t) => {
    const stage = new Stage(t);
    stage.traffic.stored = 1;
    await stage.pass(QUIET_MS - LOOK_MS);
    await stage.rehearsal.stop();
    await stage.pass(2 * WAIT_MS_MAX);
    assert.deepEqual(stage.happened, []);
  });
});
