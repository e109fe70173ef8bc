import { loadConfig } from '../config/load-config.js';
import { MillraceError } from '../errors.js';
import type { StorePort } from '../http/ports.js';
import type { CliHost } from './cli-host.js';
import { baseUrl, DEFAULT_URL, problemDetail, request } from './http-client.js';

/** What the commands about the stored data have in common. */
export interface StoreOptions {
  baseUrl?: string;
  token?: string;
  data?: string;
  config?: string;
  json?: boolean;
}

export const AT_REST_HELP = `With --data the same is done to a data folder whose server is stopped; retention is then that of --config, of the
MILLRACE_RETENTION_... variables, or the defaults.`;

/** Posts to a running server. @throws MillraceError with what the server says, when that isn't 200 */
export async function askServer(
  host: CliHost,
  { baseUrl: url, token }: StoreOptions,
  path: string,
  body?: object,
): Promise<object> {
  const base = baseUrl(url ?? DEFAULT_URL);
  const bearer = token ?? host.env['MILLRACE_ADMIN_TOKEN'];
  const headers: Record<string, string> = {};
  if (bearer !== undefined && bearer !== '') headers['authorization'] = `Bearer ${bearer}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await request(base, path, { method: 'POST', headers, ...sent });
  const text = await response.text();
  if (response.status === 200) return JSON.parse(text) as object;
  throw new MillraceError('MR_BAD_ANSWER', `${base} refused: ${problemDetail(text)} (${response.status})`);
}

/** Works on a folder at rest. */
export async function workAtRest(
  host: CliHost,
  { data, baseUrl: url, token, config: file }: StoreOptions,
  work: (store: StorePort) => Promise<object>,
): Promise<object> {
  if (url !== undefined || token !== undefined) {
    throw new MillraceError(
      'MR_CONFIG',
      '--data is for a stopped server: it goes with neither --base-url nor --token.',
    );
  }
  const config = loadConfig({ flags: {}, env: host.env, file });
  const [{ CommandsAtRest }, { StoreAdmin }] = await Promise.all([
    import('../upkeep/commands-at-rest.js'),
    import('../shard/store-admin.js'),
  ]);
  const commands = new CommandsAtRest(data!, config, host.clock);
  try {
    return await work(new StoreAdmin(commands, config.retention, host.clock));
  } finally {
    commands.close();
  }
}
