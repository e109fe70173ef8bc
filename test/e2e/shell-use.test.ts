import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

interface Served {
  process: ChildProcessByStdio<null, Readable, Readable>;
  url: string;
  /** Standard error so far. */
  log(): string;
}

function temporaryFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-')));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `millrace serve` as a person starts it: in a folder, with data in ./data below it. */
async function serve(t: TestContext, cwd: string): Promise<Served> {
  const flags = [MAIN, 'serve', '--port', '0', '--workers', '1'];
  const server = spawn(process.execPath, flags, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => server.kill('SIGKILL'));
  let log = '';
  server.stderr.on('data', (text) => {
    log += text;
  });
  let out = '';
  for await (const text of server.stdout) {
    out += text;
    const url = /listening on (\S+)\n/.exec(out)?.[1];
    if (url !== undefined) return { process: server, url, log: () => log };
  }
  throw new Error(`millrace serve ended: ${out}${log}`);
}

const shell = (cwd: string, line: string): { code: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', line], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath, MAIN },
  });
  return { code: status, out: stdout, err: stderr };
};

test('commands in another folder find what a server says of its own', async (t) => {
  const [home, elsewhere] = [temporaryFolder(t), temporaryFolder(t)];
  const { url, process: server, log } = await serve(t, home);
  const { path } = (await (await fetch(`${url}/db/status`)).json()) as { path: string };
  assert.equal(path, join(home, 'data'));
  const backup = shell(elsewhere, `"$NODE" "$MAIN" backup monday --base-url ${url}`);
  assert.deepEqual(
    [backup.code, readdirSync(join(elsewhere, 'monday')).includes('millrace.json')],
    [0, true],
  );
  const run = (flags: string): string => {
    const { code, out, err } = shell(elsewhere, `"$NODE" "$MAIN" backup ${flags} --base-url ${url}`);
    return `${code} ${out}${err}`.replaceAll(/[\d.]+ [KM]iB {2}20\S+/g, 'SIZE TIME');
  };
  assert.equal(run('--list'), '0 no backups\n');
  assert.match(run('--name kept'), /^0 /);
  assert.equal(run('--list'), '0 kept  SIZE TIME\n');
  assert.match(run('--delete gone'), /^1 .*no snapshot "gone" in .*; there are kept\. \(400\)/);
  assert.match(run('--delete kept'), /^0 kept is deleted, /);
  assert.equal(run('--list'), '0 no backups\n');
  assert.match(run('--list --name x'), /^2 /);
  server.kill('SIGTERM');
  await once(server, 'exit');
  const lines = log().trim().split('\n');
  const said = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  assert.deepEqual(
    said.filter((msg) => /^(started|stopping|stopped)$/.test(msg)),
    ['started', 'stopping', 'stopped'],
  );
});

test('commands end quietly when whoever reads them has enough', async (t) => {
  const home = temporaryFolder(t);
  const { url } = await serve(t, home);
  const data = Array.from({ length: 5000 }, (_, i) => ({ name: 'cpu', value: i }));
  const body = JSON.stringify({ data });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}/api/v1/record`, { method: 'POST', headers, body });
  const check = (command: string): void => {
    const { code, err } = shell(home, `"$NODE" "$MAIN" ${command} | head -n 1 >/dev/null`);
    assert.equal(code, 0, `${command}: ${err}`);
    assert.doesNotMatch(err, /EPIPE|Error/);
  };
  check(`stats --base-url ${url} --json --watch 0.1`);
  check(`export --base-url ${url}`);
  check('--help');
});

test('an export has its name only when it is whole', async (t) => {
  const home = temporaryFolder(t);
  const { url } = await serve(t, home);
  const check = (output: string, code: number, files: string[]): void => {
    const result = shell(home, `"$NODE" "$MAIN" export --metric gone --output ${output} --base-url ${url}`);
    assert.equal(result.code, code, result.err);
    const found = readdirSync(home).filter((name) => name.startsWith('points'));
    assert.deepEqual(found.sort(), files);
  };
  check('points.ndjson', 1, ['points.ndjson.part']);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ metric_name: 'gone', value: 1 });
  await fetch(`${url}/metrics/ingest`, { method: 'POST', headers, body });
  check('points.ndjson', 0, ['points.ndjson']);
  check('points.ndjson', 2, ['points.ndjson']);
});
