import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../clock.js';
import { Asker } from './asker.js';
import { Conduct } from './conduct.js';
import type { RehearsalTask } from './rehearsal-task.js';

/** The rehearsal's thread: asks, says what it asked, and ends. */
const { conduct, ...server } = workerData as RehearsalTask;
parentPort!.postMessage(await new Asker(server, new Conduct(conduct), systemClock).run());
