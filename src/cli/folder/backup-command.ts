import { Command } from 'commander';
import { MillraceError } from '../../errors.js';
import { formatSize } from '../../format-size.js';
import type { CliHost } from '../cli-host.js';
import { EXIT_CODES } from '../exit-codes.js';
import { baseUrl, DEFAULT_URL, problemDetail, request } from '../http-client.js';
import { runCopy } from './folder-work.js';

interface Options {
  data?: string;
  baseUrl?: string;
  token?: string;
  name?: string;
  list?: boolean;
  delete?: string;
}

/** What the server says of a snapshot. */
interface Snapshot {
  path: string;
  bytes: number;
}

/** `millrace backup` */
export function backupCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('backup')
    .description('Back up a running server, or with --data a data folder whose server is stopped.')
    .argument('[dir]', 'Folder for the backup, new or empty. Left out: where the server keeps its snapshots.')
    .option('--base-url <url>', `The server. (default ${DEFAULT_URL})`)
    .option('--token <token>', 'Admin token, where the server has one. (MILLRACE_ADMIN_TOKEN)')
    .option('--name <name>', 'What the server calls the snapshot; else the time.')
    .option('--list', 'Name the backups that lie where the server makes them.')
    .option('--delete <name>', 'Remove one of these.')
    .option('--data <dir>', 'A data folder at rest, instead of a server.')
    .addHelpText(
      'after',
      `
A server goes on taking points meanwhile. The backup is as of one moment: all that was acknowledged before is in it,
and no batch in part. The server makes it below its snapshotDir; with a folder named here it is moved there, which
needs this command to run on the same machine.

Examples:
  millrace backup /backups/monday
  millrace backup --base-url http://metrics.example:8000    it stays on that machine, which says where
  millrace backup /backups/monday --data /var/lib/millrace  of a stopped server
  millrace backup --list
  millrace check --data /backups/monday

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 no server answers.`,
    )
    .action(async (dir: string | undefined, options: Options) => {
      if (options.list === true || options.delete !== undefined) await lookAfter(host, dir, options);
      else if (options.data === undefined) await backUpServer(host, dir, options);
      else await backUpFolder(host, dir, options);
      done(EXIT_CODES.ok);
    });
}

/** What was left with the server. */
async function lookAfter(host: CliHost, dir: string | undefined, options: Options): Promise<void> {
  const { data, name, list } = options;
  if (dir !== undefined || data !== undefined || name !== undefined || (list && options.delete !== undefined))
    throw new MillraceError(
      'MR_CONFIG',
      '--list and --delete are about what a server keeps: they go with no folder, --data or --name, and not together.',
    );
  const base = baseUrl(options.baseUrl ?? DEFAULT_URL);
  const headers = authorization(host, options);
  const { listKept, deleteKept } = await import('./kept-backups.js');
  if (options.delete === undefined) await listKept(host, base, headers);
  else await deleteKept(host, base, { headers, name: options.delete });
}

async function backUpFolder(host: CliHost, dir: string | undefined, options: Options): Promise<void> {
  const { data, baseUrl: url, token, name } = options;
  if (dir === undefined || data === undefined)
    throw new MillraceError('MR_CONFIG', 'With --data name the folder for the backup, too.');
  if (url !== undefined || token !== undefined || name !== undefined)
    throw new MillraceError(
      'MR_CONFIG',
      '--data is for a stopped server: it goes with none of --base-url, --token and --name.',
    );
  const [{ Folder }, { backupFolder }] = await Promise.all([
    import('../../store/folder.js'),
    import('../../upkeep/backup-folder.js'),
  ]);
  const folder = Folder.openExisting(data);
  try {
    const { seconds } = await runCopy(host, (onCopied) => backupFolder(folder, dir, onCopied));
    host.out(`${data} is backed up in ${dir}, in ${seconds} s\n`);
  } finally {
    folder.close();
  }
}

async function backUpServer(host: CliHost, dir: string | undefined, options: Options): Promise<void> {
  const base = baseUrl(options.baseUrl ?? DEFAULT_URL);
  const { movedSnapshot, requireFree } = await import('../../upkeep/move-snapshot.js');
  // Before the server copies anything.
  if (dir !== undefined) requireFree(dir);
  host.err(`${base} takes a snapshot\n`);
  const { path, bytes } = await askForSnapshot(host, base, options);
  if (dir === undefined) {
    host.out(`${path} has the backup, ${formatSize(bytes)}, on the machine of the server\n`);
    return;
  }
  const { seconds } = await runCopy(host, (onCopied) => movedSnapshot(path, dir, onCopied));
  host.out(`${base} is backed up in ${dir}, ${formatSize(bytes)}, moved there in ${seconds} s\n`);
}

function authorization(host: CliHost, { token }: Options): Record<string, string> {
  const bearer = token ?? host.env['MILLRACE_ADMIN_TOKEN'];
  return bearer === undefined || bearer === '' ? {} : { authorization: `Bearer ${bearer}` };
}

async function askForSnapshot(host: CliHost, base: string, options: Options): Promise<Snapshot> {
  const { name } = options;
  const query = name === undefined ? '' : `?name=${encodeURIComponent(name)}`;
  const headers = authorization(host, options);
  const response = await request(base, `/api/v1/snapshot${query}`, { method: 'POST', headers });
  const text = await response.text();
  if (response.status === 200) return JSON.parse(text) as Snapshot;
  throw new MillraceError(
    'MR_BAD_ANSWER',
    `${base} took no snapshot: ${problemDetail(text)} (${response.status})`,
  );
}
