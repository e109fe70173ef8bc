import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-headless-shell', 'chromium-browser', 'google-chrome'];

function onPath(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** A browser that starts: CHROMIUM_PATH, else one of the system's. Undefined where there is none, and it says why. */
export async function findBrowser(): Promise<Browser | undefined> {
  const given = process.env['CHROMIUM_PATH'];
  const candidates = given === undefined ? NAMES.flatMap((name) => onPath(name) ?? []) : [given];
  const faults: string[] = [];
  for (const executablePath of candidates) {
    try {
      const browser = await chromium.launch({ executablePath, args: ['--disable-dev-shm-usage'] });
      console.log(`# browser: ${executablePath}, ${browser.version()}`);
      return browser;
    } catch (error) {
      faults.push(`${executablePath}: ${String(error).split('\n', 1)[0]}`);
    }
  }
  const remedy = 'install Debian’s package chromium, or name a browser in CHROMIUM_PATH';
  console.log(`# no browser starts (${faults.join('; ') || 'none is there'}): ${remedy}`);
  return undefined;
}
