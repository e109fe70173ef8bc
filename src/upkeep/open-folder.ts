import { SERIES_TOTAL_MAX } from '../../native-free-core/limits.js';
import { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { systemClock } from '../clock.js';
import { defaultWorkers } from '../config/defaults.js';
import type { Config } from '../config/schema.js';
import { errorText } from '../errors.js';
import type { Logger } from '../log.js';
import { Folder } from '../store/folder.js';
import { VERSION } from '../version.js';
import { ChangeLog } from './change-log.js';
import { changeWorkers, isForWantOfRoom } from './change-workers.js';

/** Series that each shard's memory has a line for: a limit that was lowered must not leave stored series without one. */
export const seriesLines = ({ limits }: Config): number => Math.max(limits.seriesTotal, SERIES_TOTAL_MAX);

/**
 * Opens the data folder, or makes it, with the number of workers that the configuration asks for.
 * @throws MillraceError with what to do
 */
export async function openFolder(config: Config, log: Logger): Promise<Folder> {
  const folder = Folder.open(config.data, config.workers ?? defaultWorkers(), VERSION);
  try {
    await changeIfAsked(folder, config, log);
    return folder;
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** A disk that can't hold the data twice is no reason not to start: the folder is as good with the number it has. */
async function changeIfAsked(folder: Folder, config: Config, log: Logger): Promise<void> {
  const { shards } = folder.manifest;
  const workers = config.workers ?? shards;
  const retention = new RetentionPolicy(config.retention);
  const options = { seriesTotal: seriesLines(config), retention, clock: systemClock };
  try {
    await changeWorkers(folder, workers, options, new ChangeLog(log, systemClock));
  } catch (error) {
    if (!isForWantOfRoom(error)) throw error;
    log.error(
      { workers, shards, detail: errorText(error) },
      'the number of workers can not be changed; starting with the number that the folder has',
    );
  }
}
