import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../src/clock.js';
import { Asker } from '../../../src/rehearsal/asker.js';
import { Conduct, PACE_SLOW, PACE_STOP } from '../../../src/rehearsal/conduct.js';
import {
  ANSWER_MS_GIVEN_UP,
  ASKINGS_OF_SOCKET_THREAD,
  ASKINGS_OF_THREADS,
  TURN_MS,
} from '../../../src/rehearsal/limits.js';

const METRICS = {
  metrics: [
    { name: 'small', series: 10, first_seen: '2026-01-01T00:00:00Z', last_seen: '2026-01-02T00:00:00Z' },
    {
      name: 'huge',
      series: 1_000_000,
      first_seen: '2020-01-01T00:00:00Z',
      last_seen: '2026-01-02T00:00:00Z',
    },
  ],
};

/** An engine that says what it is told to; everything else is answered with `{}`. */
async function engineThat(
  t: TestContext,
  answer: (path: string, request: http.IncomingMessage) => Promise<[number, object] | undefined>,
  clock: Clock = systemClock,
): Promise<{ asker: (conduct?: Conduct) => Asker; asked: { path: string; body: string }[] }> {
  const asked: { path: string; body: string }[] = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const path = request.url!;
    asked.push({ path, body });
    assert.equal(request.headers.authorization, 'Bearer secret');
    const lists: [string, object][] = [
      ['/api/metrics?', METRICS],
      ['/api/v1/labels', { data: ['__name__', 'host', 'not plain'] }],
      ['/api/v1/label/', { data: ['a', 'b'] }],
    ];
    const known = lists.find(([start]) => path.startsWith(start))?.[1] ?? {};
    const [status, said] = (await answer(path, request)) ?? [200, known];
    response.writeHead(status).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  return {
    asker: (conduct = new Conduct()) => new Asker({ port, token: 'secret' }, conduct, clock),
    asked,
  };
}

describe('Asker', () => {
  it('asks so many questions about what is stored and not too large, of threads and then of the socket thread', async (t) => {
    const conduct = new Conduct();
    const onThreads: boolean[] = [];
    const { asker, asked } = await engineThat(t, async () => {
      onThreads.push(conduct.isOnThreads);
      return undefined;
    });
    const { askings, refused } = await asker(conduct).run();
    assert.equal(refused, 0);
    const wanted = ASKINGS_OF_THREADS + ASKINGS_OF_SOCKET_THREAD;
    assert.ok(askings >= wanted && askings < wanted + 5, `${askings} askings`);
    const rehearsed = asked.filter(({ path }) => !/^\/api\/(metrics\?|v1\/label)/.test(path));
    assert.ok(rehearsed.some(({ body }) => body.includes('small')));
    assert.ok(rehearsed.every(({ path, body }) => !`${path}${body}`.includes('huge')));
    assert.ok(asked.every(({ path }) => !path.includes('not%20plain')));
    const first = onThreads.indexOf(true);
    const last = onThreads.lastIndexOf(true);
    assert.ok(
      last - first >= ASKINGS_OF_THREADS / 2 && onThreads.length - last >= ASKINGS_OF_SOCKET_THREAD / 2,
    );
  });

  it('asks about large metrics where there are no others', async (t) => {
    const { asker, asked } = await engineThat(t, async (path) =>
      path.startsWith('/api/metrics?') ? [200, { metrics: METRICS.metrics.slice(1) }] : undefined,
    );
    await asker().run();
    assert.ok(asked.some(({ body }) => body.includes('huge')));
    assert.ok(asked.every(({ path, body }) => !`${path}${body}`.includes('"host"')));
  });

  it('asks again while the engine is starting, and not at all where nothing is stored', async (t) => {
    let starting = 2;
    const { asker, asked } = await engineThat(t, async (path) => {
      if (!path.startsWith('/api/metrics?')) return undefined;
      return starting-- > 0 ? [503, {}] : [200, { metrics: [] }];
    });
    assert.deepEqual(await asker().run(), { askings: 3, refused: 2 });
    assert.equal(asked.length, 3);
  });

  it('asks what takes longer than other questions less often, a turn less a millisecond', async (t) => {
    let nowMs = 0;
    const conduct = new Conduct();
    const counts = { slow: 0, quick: 0 };
    const answer = async (path: string): Promise<undefined> => {
      const kind = path.startsWith('/api/metrics/small/latest') ? 'slow' : 'quick';
      // Several are under way at once before that, and take each other's time.
      if (!conduct.isOnThreads && path.startsWith('/api/metrics/small')) counts[kind]++;
      if (kind === 'slow') nowMs += 9.5 * TURN_MS;
    };
    const clock = { nowMs: () => 0, monotonicMs: () => nowMs };
    const { asker } = await engineThat(t, answer, clock);
    await asker(conduct).run();
    // There are two questions of either kind.
    const turns = counts.quick / counts.slow;
    assert.ok(turns > 9 && turns < 11, `${counts.quick} quick ones, ${counts.slow} slow ones`);
  });

  it('does not ask again what takes very long', async (t) => {
    let long = 0;
    const { asker } = await engineThat(t, async (path) => {
      if (!path.startsWith('/api/metrics/small/latest')) return undefined;
      long++;
      await sleep(ANSWER_MS_GIVEN_UP + 50);
      return undefined;
    });
    await asker().run();
    assert.ok(long >= 2 && long <= 6, `two questions were asked ${long} times, by three askers`);
  });

  it('rests behind an answer while the engine is busy, and ends at once when it is told to stop', async (t) => {
    const conduct = new Conduct();
    const { asker, asked } = await engineThat(t, async () => {
      await sleep(60);
      return undefined;
    });
    conduct.pace = PACE_SLOW;
    const running = asker(conduct).run();
    await sleep(400);
    assert.equal(asked.length, 1, 'twelve times 60 ms are not over');
    conduct.pace = PACE_STOP;
    const startMs = performance.now();
    await running;
    assert.ok(performance.now() - startMs < 300, `${performance.now() - startMs} ms`);
    assert.equal(asked.length, 1);
  });
});
