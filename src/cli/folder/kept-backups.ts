import { MillraceError } from '../../errors.js';
import { formatSize } from '../../format-size.js';
import type { CliHost } from '../cli-host.js';
import { problemDetail, request } from '../http-client.js';

/** What a server says of a backup that it keeps. */
interface Kept {
  name: string;
  bytes: number;
  whole: boolean;
  taken: string;
}

/** `millrace backup --list` */
export async function listKept(host: CliHost, base: string, headers: Record<string, string>): Promise<void> {
  const { snapshots } = (await ask(base, '', { headers })) as { snapshots: Kept[] };
  if (snapshots.length === 0) host.err('no backups\n');
  for (const { name, bytes, whole, taken } of snapshots)
    host.out(`${name}  ${formatSize(bytes)}  ${taken}${whole ? '' : '  cut short by a crash, no backup'}\n`);
}

/** `millrace backup --delete NAME` */
export async function deleteKept(
  host: CliHost,
  base: string,
  { headers, name }: { headers: Record<string, string>; name: string },
): Promise<void> {
  const { removed } = (await ask(base, `?name=${encodeURIComponent(name)}`, {
    method: 'DELETE',
    headers,
  })) as { removed: Kept };
  host.out(`${removed.name} is deleted, ${formatSize(removed.bytes)}\n`);
}

async function ask(base: string, query: string, init: RequestInit): Promise<object> {
  const response = await request(base, `/api/v1/snapshot${query}`, init);
  const text = await response.text();
  if (response.status === 200) return JSON.parse(text) as object;
  throw new MillraceError('MR_BAD_ANSWER', `${base} refused: ${problemDetail(text)} (${response.status})`);
}
