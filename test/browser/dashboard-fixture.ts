import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { findBrowser } from '../../bench/macro/find-browser.js';
import { root } from '../style/source-files.js';
import { waitInPage } from './wait-in-page.js';

interface Point {
  name: string;
  value: number;
  timestamp?: number;
  labels?: Record<string, string>;
}

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Pictures of what the tests saw, for people; the folder is ignored. */
const PICTURES = join(root, '.tmp', 'screenshots');

const INK = `(selector) => {
  const canvas = document.querySelector(selector);
  if (canvas === null) return 0;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let ink = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue, alpha] = data.subarray(i, i + 4);
    if (alpha > 0 && Math.max(red, green, blue) - Math.min(red, green, blue) > 80) ink++;
  }
  return ink;
}`;

let browser: Promise<Browser | undefined> | undefined;

/** Ends the browser; after the last test of a file. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

/**
 * The real dashboard of a real engine in a real browser. Whatever the page reports as an error, and whatever it asks of another
 * origin, fails the test.
 */
export class DashboardFixture {
  readonly engine: EngineProcess;
  readonly page: Page;
  readonly #faults: string[];

  private constructor(engine: EngineProcess, page: Page, faults: string[]) {
    this.engine = engine;
    this.page = page;
    this.#faults = faults;
  }

  /** Undefined, and the test is skipped, where there is no browser; under CI that is an error, for there these tests must run. */
  static async start(
    t: TestContext,
    options: BrowserContextOptions = {},
    flags: readonly string[] = [],
  ): Promise<DashboardFixture | undefined> {
    browser ??= findBrowser();
    const found = await browser;
    if (found === undefined) {
      assert.equal(process.env['CI'], undefined, 'under CI there must be a browser');
      t.skip('there is no browser');
      return undefined;
    }
    const engine = await EngineProcess.start({ flags });
    const context = await found.newContext({
      locale: 'en-US',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      const isOwn = origin === engine.url || protocol === 'data:' || protocol === 'blob:';
      if (!isOwn && protocol !== 'ws:') faults.push(`a request to ${request.url()}`);
    });
    t.after(async () => {
      await context.close();
      await engine.stop();
      engine.removeFolder();
    });
    return new DashboardFixture(engine, page, faults);
  }

  async record(points: readonly Point[]): Promise<void> {
    const response = await fetch(`${this.engine.url}/api/v1/record`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data: points }),
    });
    assert.equal(response.status, 200, await response.text());
  }

  /** An hour of a metric of some hosts, a point each ten seconds. */
  async recordHour(name: string, hosts: readonly string[]): Promise<void> {
    const now = Date.now();
    const points: Point[] = [];
    for (let i = 360; i >= 0; i--) {
      hosts.forEach((host, h) => {
        const value = 50 + 20 * Math.sin(i / 30 + h) + h;
        points.push({
          name,
          value,
          timestamp: now - i * 10_000,
          labels: { host, region: h % 2 === 0 ? 'eu' : 'us' },
        });
      });
    }
    await this.record(points);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.engine.url + path);
  }

  /** Keeps a picture for people. */
  async picture(name: string): Promise<void> {
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }

  /**
   * How many pixels of the page's first canvas have a colour: axes and their text are grey, so a chart without lines has none. Waits
   * for the first of them, since a chart is drawn a moment after the page says what is in it.
   */
  async inkOf(selector = 'canvas'): Promise<number> {
    return waitInPage(this.page, `(${INK})(${JSON.stringify(selector)})`);
  }

  /** That axe finds nothing wrong with what is shown. */
  async checkAccessible(what: string): Promise<void> {
    // Through the protocol, which the page's policy does not hold back.
    await this.page.evaluate(AXE);
    const results = (await this.page.evaluate('axe.run()')) as AxeResults;
    const found = results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`,
    );
    assert.deepEqual(found, [], `axe finds faults in ${what}`);
  }

  /** That the page has reported nothing; `expected` are texts of faults that the test itself brought about. */
  checkSilent(expected: RegExp = /^$/): void {
    assert.deepEqual(
      this.#faults.filter((fault) => !expected.test(fault)),
      [],
    );
  }
}
