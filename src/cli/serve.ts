import { Command, Option } from 'commander';
import { CONFIG_KEYS } from '../config/keys.js';
import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { errorText } from '../errors.js';
import type { CliHost } from './cli-host.js';
import { EXIT_CODES } from './exit-codes.js';

interface RunningEngine {
  port: number;
  stop(): Promise<void>;
}

type StartEngine = (config: Config) => Promise<RunningEngine>;

const camelCase = (flag: string): string =>
  flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `millrace serve`: a flag for every key of the configuration. */
export function serveCommand(
  host: CliHost,
  done: (code: number) => void,
  start: StartEngine = startRealEngine,
): Command {
  const command = new Command('serve')
    .description(
      'Start the engine. Prints "listening on URL" when it takes requests; logs go to standard error.',
    )
    .option('--config <file>', 'YAML or JSON file with the same keys (variable MILLRACE_CONFIG).');
  for (const key of CONFIG_KEYS) {
    const text = `${key.description} Must be ${key.wanted}. Default ${key.defaultText}. (${key.variable})`;
    const option = new Option(`--${key.flag} ${key.placeholder}`, text);
    if (key.isList === true)
      option.argParser((value: string, before?: string[]) => [...(before ?? []), value]);
    const group = key.path.split('.')[0]!;
    option.helpGroup(key.path.includes('.') ? `${group[0]!.toUpperCase()}${group.slice(1)}:` : 'Options:');
    command.addOption(option);
  }
  return command
    .addHelpText(
      'after',
      `
Flags win over variables, variables over the file, the file over the defaults.

Examples:
  millrace serve --port 9000 --data /var/lib/millrace
  millrace serve --port 0                             any free port, told on standard output
  millrace serve --host 0.0.0.0 --token s3cret        open to the network, with a token for senders
  MILLRACE_RETENTION_RAW=7d millrace serve --config millrace.yaml

Stop it with SIGTERM or SIGINT (Ctrl-C): it answers what is under way and stores what it has. A second signal
ends it at once; the next start then replays the log. Exit codes: 0 stopped, 1 failed, 2 bad configuration,
130 stopped by force.`,
    )
    .action(async (options: Record<string, string | string[]>) => {
      const flags: Record<string, string | string[]> = {};
      for (const key of CONFIG_KEYS) {
        const value = options[camelCase(key.flag)];
        if (value !== undefined) flags[key.path] = value;
      }
      const file = options['config'] as string | undefined;
      done(await serve(loadConfig({ flags, env: host.env, file }), host, start));
    });
}

// Imported when it is needed, so that `millrace stats` loads no storage engine.
const startRealEngine: StartEngine = async (config) => (await import('../engine.js')).startEngine(config);

/** Runs the engine until a signal comes, and answers the exit code. */
export async function serve(config: Config, host: CliHost, start: StartEngine): Promise<number> {
  let forget = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    let signals = 0;
    forget = host.onSignal(() => {
      if (++signals === 1) resolve();
      else host.endAtOnce('SIGINT');
    });
  });
  const forgetCrash = host.onCrash((error) => {
    try {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      host.errNow(`millrace: a fault of the program; the next start replays the log: ${text}\n`);
    } finally {
      // Also where nobody reads standard error any more.
      host.endAtOnce('SIGKILL');
    }
  });
  try {
    const engine = await start(config);
    host.out(
      `listening on http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${engine.port}\n`,
    );
    await stopped;
    await engine.stop();
    return EXIT_CODES.ok;
  } catch (error) {
    host.err(`millrace: ${errorText(error)}\n`);
    return EXIT_CODES.failure;
  } finally {
    forget();
    forgetCrash();
  }
}
