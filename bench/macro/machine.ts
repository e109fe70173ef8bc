import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** What stands beside every figure: the machine and the commit. */
export function machineLine(): string {
  let commit = 'no commit';
  try {
    commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
    if (execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).trim() !== '')
      commit += ' + changes';
  } catch {
    // Outside a checkout there is no commit to tell.
  }
  const cores = cpus();
  return `${cores.length} × ${cores[0]?.model ?? 'unknown'} · node ${process.version} · ${commit}`;
}
