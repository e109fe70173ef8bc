import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 20;

/**
 * Waits until an expression in the page is true, and answers what it came to. Asked through the protocol each time: Playwright's own
 * `waitForFunction` evaluates text within the page from its second look on, which the page's policy forbids.
 */
export async function waitInPage<T>(page: Page, expression: string): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const result = await page.evaluate(expression);
    if (result) return result as T;
    if (performance.now() > deadline) throw new Error(`not true after ${PATIENCE_MS} ms: ${expression}`);
    await sleep(PAUSE_MS);
  }
}
