import { Command } from 'commander';
import { formatSize } from '../format-size.js';
import type { CliHost } from './cli-host.js';
import { EXIT_CODES } from './exit-codes.js';
import { DEFAULT_URL } from './http-client.js';
import { AT_REST_HELP, askServer, type StoreOptions, workAtRest } from './store-command.js';

interface Swept {
  tiers: { tier: string; rows: number; bytes: number }[];
  rows: number;
  bytes: number;
  duration_ms: number;
}

/** `millrace retention` */
export function retentionCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('retention')
    .description('Take away what is past its retention, now, on a running server or in a folder at rest.')
    .option('--base-url <url>', `The server. (default ${DEFAULT_URL})`)
    .option('--token <token>', 'Admin token, where the server has tokens. (MILLRACE_ADMIN_TOKEN)')
    .option('--data <dir>', 'A data folder at rest, instead of a server.')
    .option('--config <file>', 'With --data: the configuration that has the retention. (MILLRACE_CONFIG)')
    .option('--json', 'Print the answer as JSON.')
    .addHelpText(
      'after',
      `
A server does this by itself every few minutes, so it is for those who can't wait: after retention was made shorter, or
when the disk is nearly full. What goes can't be brought back. "millrace compact" gives the room back to the disk.
${AT_REST_HELP}

Examples:
  millrace retention
  millrace retention --base-url http://metrics.example:8000 --token s3cret
  MILLRACE_RETENTION_RAW=7d millrace retention --data /var/lib/millrace

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 no server answers.`,
    )
    .action(async (options: StoreOptions) => {
      const answer =
        options.data === undefined
          ? await askServer(host, options, '/api/v1/retention/sweep')
          : await workAtRest(host, options, (store) => store.sweep());
      host.out(options.json === true ? `${JSON.stringify(answer)}\n` : linesOf(answer as Swept));
      done(EXIT_CODES.ok);
    });
}

function linesOf({ tiers, rows, duration_ms }: Swept): string {
  if (rows === 0) return `nothing is past its retention (looked for ${duration_ms} ms)\n`;
  const lines = tiers
    .filter((each) => each.rows > 0)
    .map(
      (each) =>
        `${each.tier.padEnd(4)} ${each.rows.toLocaleString('en-US')} ${each.tier === 'raw' ? 'points' : 'cells'}, ${formatSize(each.bytes)}`,
    );
  return `${lines.join('\n')}\nwent in ${duration_ms} ms\n`;
}
