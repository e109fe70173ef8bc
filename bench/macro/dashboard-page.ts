import type { Browser, BrowserContext, Page } from 'playwright-core';

const MIB = 1_024 * 1_024;

/** A page without a chart after this time has none, ms. */
const WAIT_MS_MAX = 30_000;

/**
 * What the bench adds to the page before any script of it: it waits for the first frame in which the chart has lines, and keeps the
 * times that drawing took. An axis is grey, so a line is ink with a colour. What is done in a frame is on the screen when
 * the next task begins, which is the time that counts.
 */
const PROBE = `(() => {
  const probe = { drawMs: [] };
  window.probe = probe;
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'chart draw') probe.drawMs.push(duration);
  }).observe({ type: 'measure' });
  const hasLines = ({ data }) => {
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue] = [data[i], data[i + 1], data[i + 2]];
      if (data[i + 3] > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 80) return true;
    }
    return false;
  };
  probe.firstChartMs = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no line is drawn; the page says: ' + document.body.innerText)), ${WAIT_MS_MAX});
    const look = () => {
      const canvas = document.querySelector('.plot canvas');
      if (canvas === null || !hasLines(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)))
        return requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve(performance.now());
      channel.port2.postMessage(0);
    };
    requestAnimationFrame(look);
  });
})()`;

/** Has the page ask for windows of a second, whatever its width: more points than it would ever draw by itself. */
const EACH_SECOND = `(() => {
  const ask = window.fetch;
  window.fetch = (path, init) =>
    ask(path, typeof init?.body !== 'string' ? init : { ...init, body: init.body.replace(/"interval":"\\d+s"/, '"interval":"1s"') });
})()`;

/** The files that a page has loaded, without its data: their names and how many bytes came for each. */
const FILES = `performance.getEntriesByType('resource')
  .filter(({ name }) => /\\.(js|css)$/.test(new URL(name).pathname))
  .map(({ name, encodedBodySize }) => [name, encodedBodySize])`;

/** How far apart the frames of some seconds are, ms. */
const framesOf = (seconds: number): string => `new Promise((resolve) => {
  const times = [];
  const frame = (ms) => {
    times.push(ms);
    if (ms - times[0] < ${seconds * 1_000}) requestAnimationFrame(frame);
    else resolve(times.slice(1).map((each, i) => each - times[i]));
  };
  requestAnimationFrame(frame);
})`;

/** Waits for so many draws; the page's policy lets nothing be evaluated by the page itself, which is how Playwright waits. */
const drawsUntil = (count: number): string => `new Promise((resolve) => {
  const look = () => probe.drawMs.length >= ${count} ? resolve() : requestAnimationFrame(look);
  look();
})`;

/** What a chart was seen to show. */
export interface FirstChart {
  firstChartMs: number;
  /** Windows of all lines that the engine answered. */
  points: number;
  lines: number;
}

export interface OpenOptions {
  /** Whether every second is drawn. */
  eachSecond?: boolean;
  /**
   * How long the browser's new window is left alone before it goes to the page, ms. Chromium loads the pages that its own address bar is made of, some
   * hundred scripts, in the half second after a window was opened, and on two cores that is most of what scatters.
   */
  settleMs?: number;
}

/** The dashboard in a context of its own: nothing is cached, no connection is open. */
export class DashboardPage {
  readonly first: FirstChart;
  readonly #context: BrowserContext;
  readonly #page: Page;

  private constructor(context: BrowserContext, page: Page, first: FirstChart) {
    this.#context = context;
    this.#page = page;
    this.first = first;
  }

  /** Opens a page and waits until its chart is drawn. */
  static async open(
    browser: Browser,
    url: string,
    { eachSecond = false, settleMs = 0 }: OpenOptions = {},
  ): Promise<DashboardPage> {
    const context = await browser.newContext({
      locale: 'en-US',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 900 },
    });
    const page = await context.newPage();
    await page.addInitScript({ content: eachSecond ? `${PROBE};${EACH_SECOND}` : PROBE });
    if (settleMs > 0) await page.waitForTimeout(settleMs);
    const answered = page.waitForResponse((response) => response.url().includes('/api/v1/aggregate'));
    await page.goto(url, { waitUntil: 'commit' });
    const firstChartMs = await page.evaluate<number>('probe.firstChartMs');
    const { times, series } = (await (await answered).json()) as { times: number[]; series: unknown[] };
    const lines = series.length;
    return new DashboardPage(context, page, { firstChartMs, points: times.length * lines, lines });
  }

  /** Bytes that came for each script and style sheet, by address. */
  async files(): Promise<Map<string, number>> {
    return new Map(await this.#page.evaluate<[string, number][]>(FILES));
  }

  /** Has the chart drawn again and again, its scale from zero and back, of the data it has; answers how long each took, ms. */
  async redraw(times: number): Promise<readonly number[]> {
    await this.#page.evaluate('probe.drawMs.length = 0');
    for (let i = 1; i <= times; i++) {
      await this.#page.keyboard.press('z');
      await this.#page.evaluate(drawsUntil(i));
    }
    return this.#page.evaluate<number[]>('probe.drawMs');
  }

  /** Watches the page for some seconds; answers how far apart its frames were, ms, and how often the chart was drawn. */
  async watch(seconds: number): Promise<{ frameMs: readonly number[]; draws: number }> {
    await this.#page.evaluate('probe.drawMs.length = 0');
    const frameMs = await this.#page.evaluate<number[]>(framesOf(seconds));
    return { frameMs, draws: await this.#page.evaluate<number>('probe.drawMs.length') };
  }

  /** What the page's heap holds when nothing is left that could be thrown away, MiB. */
  async heapMib(): Promise<number> {
    const protocol = await this.#context.newCDPSession(this.#page);
    await protocol.send('Performance.enable');
    // What one pass sets free may be all that holds something else.
    for (let i = 0; i < 3; i++) await protocol.send('HeapProfiler.collectGarbage');
    const { metrics } = await protocol.send('Performance.getMetrics');
    await protocol.detach();
    const used = metrics.find(({ name }) => name === 'JSHeapUsedSize');
    if (used === undefined) throw new Error('the browser does not tell its heap');
    return used.value / MIB;
  }

  /** Goes to each view and answers the bytes of all files that they need, by address. */
  async filesOfAllViews(): Promise<Map<string, number>> {
    const links = this.#page.getByRole('navigation', { name: 'Views' }).getByRole('link');
    const paths = await links.evaluateAll((each) =>
      each.map((link) => (link as unknown as { href: string }).href),
    );
    const files = new Map<string, number>();
    for (const path of paths) {
      await this.#page.goto(path, { waitUntil: 'networkidle' });
      for (const [name, bytes] of await this.files()) files.set(name, bytes);
    }
    return files;
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
