import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../clock.js';
import { Asker } from './asker.js';
import { Conduct } from './conduct.js';
import type { RehearsalNews, RehearsalTask } from './rehearsal-task.js';

/** The rehearsal's thread: asks, says what it asked, and ends. */
const { port, conduct } = workerData as RehearsalTask;
const asker = new Asker(port, new Conduct(conduct), systemClock);
const news: RehearsalNews = await asker.run();
parentPort!.postMessage(news);
