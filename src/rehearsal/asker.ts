import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import { type Conduct, PACE_FAST, PACE_SLOW, PACE_STOP } from './conduct.js';
import {
  ANSWER_MS_GIVEN_UP,
  ANSWER_MS_MAX,
  ASKERS,
  ASKING_MS_MAX,
  ASKINGS_OF_SOCKET_THREAD,
  ASKINGS_OF_THREADS,
  COLD_ASKINGS,
  LABELS_LOOKED_AT,
  LOOK_MS,
  METRICS_LOOKED_AT,
  RETRY_MS,
  SERIES_MAX,
  SLOW_FACTOR,
  TURN_MS,
  TURNS_MAX,
  VALUES_LOOKED_AT,
} from './limits.js';
import type { Asked, RehearsedServer } from './rehearsal-task.js';
import { type Question, questionsAbout, type RehearsedRequest, type Repertoire } from './repertoire.js';

/** Labels that stand in a selector as they are. */
const PLAIN_LABEL = /^[a-zA-Z_]\w*$/;

interface Answer {
  status: number;
  text: string;
  tookMs: number;
}

/** Asks the engine as users do, over connections that stay open, until that is enough or the pace says stop. */
export class Asker {
  readonly #port: number;
  readonly #token: string;
  readonly #conduct: Conduct;
  readonly #clock: Clock;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: ASKERS });
  readonly #untilMs: number;
  #turn = 0;
  /** Of each question how often it was asked, how often in a row it took long, and how many turns it leaves out. */
  readonly #known = new Map<Question, { askings: number; long: number; rest: number }>();
  readonly #asked: Asked = { askings: 0, refused: 0 };

  constructor({ port, token }: RehearsedServer, conduct: Conduct, clock: Clock) {
    this.#port = port;
    this.#token = token;
    this.#conduct = conduct;
    this.#clock = clock;
    this.#untilMs = clock.monotonicMs() + ASKING_MS_MAX;
  }

  async run(): Promise<Asked> {
    try {
      const repertoire = await this.#lookAround();
      if (repertoire !== undefined) await this.#rehearse(questionsAbout(repertoire));
      return this.#asked;
    } finally {
      this.#agent.destroy();
    }
  }

  /** First of query threads, several at once so that each has its share, then of the socket thread, which remembers what they read. */
  async #rehearse(questions: Question[]): Promise<void> {
    this.#conduct.isOnThreads = true;
    const ask = (): Promise<void> => this.#askInTurn(questions, ASKINGS_OF_THREADS, ASKERS);
    await Promise.all(Array.from({ length: ASKERS }, ask));
    this.#conduct.isOnThreads = false;
    await this.#askInTurn(questions, ASKINGS_OF_THREADS + ASKINGS_OF_SOCKET_THREAD, 1);
  }

  /** Each question in turn until so many were asked in all; one that takes longer than others less often, and one that takes long no more. */
  async #askInTurn(questions: Question[], askings: number, askers: number): Promise<void> {
    while (questions.length > 0 && this.#asked.askings < askings && !this.#isOver) {
      const turn = this.#turn++;
      const question = questions[turn % questions.length]!;
      if (this.#rests(question)) continue;
      const isFast = this.#conduct.pace === PACE_FAST;
      const { tookMs } = await this.#ask(question(Math.floor(turn / questions.length)), askers);
      if (this.#isTooLong(question, tookMs, isFast)) remove(questions, question);
    }
  }

  /** Whether a question leaves its turn out, since it took long the last time. */
  #rests(question: Question): boolean {
    const known = this.#known.get(question);
    if (known === undefined || known.rest === 0) return false;
    known.rest--;
    return true;
  }

  /** Whether a question is not worth its time. How long one takes beside users says nothing, unless it is very long. */
  #isTooLong(question: Question, tookMs: number, isFast: boolean): boolean {
    if (tookMs > ANSWER_MS_GIVEN_UP) return true;
    const known = this.#known.get(question) ?? { askings: 0, long: 0, rest: 0 };
    this.#known.set(question, known);
    known.rest = Math.min(TURNS_MAX, Math.floor(tookMs / TURN_MS));
    known.askings++;
    const isLong = isFast && tookMs > ANSWER_MS_MAX && known.askings > COLD_ASKINGS;
    known.long = isLong ? known.long + 1 : 0;
    return known.long > 1;
  }

  get #isOver(): boolean {
    return this.#conduct.pace === PACE_STOP || this.#clock.monotonicMs() > this.#untilMs;
  }

  /** What there is to ask about; undefined where there is nothing, or not any more. */
  async #lookAround(): Promise<Repertoire | undefined> {
    const { metrics = [] } = (await this.#read(`/api/metrics?limit=${METRICS_LOOKED_AT}`)) as {
      metrics?: { name: string; series: number; first_seen: string; last_seen: string }[];
    };
    if (metrics.length === 0) return undefined;
    let series = 0;
    const small = metrics.filter((metric) => {
      const isTaken = series + metric.series <= SERIES_MAX;
      if (isTaken) series += metric.series;
      return isTaken;
    });
    const chosen = small.length === 0 ? metrics : small;
    const match = `match=${encodeURIComponent(`{__name__=${JSON.stringify(chosen[0]!.name)}}`)}`;
    const labels = await this.#list(`/api/v1/labels?${match}&limit=${LABELS_LOOKED_AT}`);
    let label: string | undefined;
    let values: string[] = [];
    for (const name of labels.filter((each) => PLAIN_LABEL.test(each) && each !== '__name__')) {
      const path = `/api/v1/label/${encodeURIComponent(name)}/values?${match}&limit=${VALUES_LOOKED_AT}`;
      const found = await this.#list(path);
      if (found.length <= values.length) continue;
      label = name;
      values = found;
    }
    return {
      metrics: chosen.map(({ name }) => name),
      label,
      values,
      isSmall: small.length > 0,
      firstMs: Math.min(...chosen.map((each) => Date.parse(each.first_seen))),
      lastMs: Math.max(...chosen.map((each) => Date.parse(each.last_seen))),
    };
  }

  async #list(path: string): Promise<string[]> {
    return ((await this.#read(path)) as { data?: string[] }).data ?? [];
  }

  /** What is answered, in the end; nothing where it is no answer. */
  async #read(path: string): Promise<object> {
    while (!this.#isOver) {
      const { status, text } = await this.#ask({ method: 'GET', path }, 1);
      if (status === 200) return JSON.parse(text) as object;
      // The index of series is being built, or users keep the threads busy.
      if (status !== 503 && status !== 429) break;
      await this.#rest(RETRY_MS);
    }
    return {};
  }

  async #ask(request: RehearsedRequest, askers: number): Promise<Answer> {
    const startMs = this.#clock.monotonicMs();
    const answer = await this.#send(request, startMs);
    this.#asked.askings++;
    if (answer.status !== 200) this.#asked.refused++;
    if (this.#conduct.pace === PACE_SLOW) await this.#rest(SLOW_FACTOR * askers * answer.tookMs);
    return answer;
  }

  /** Rests so long, or until it is over. */
  async #rest(ms: number): Promise<void> {
    const endMs = this.#clock.monotonicMs() + ms;
    for (let leftMs = ms; leftMs > 0 && !this.#isOver; leftMs = endMs - this.#clock.monotonicMs()) {
      await sleep(Math.min(leftMs, LOOK_MS));
    }
  }

  #send({ method, path, body }: RehearsedRequest, startMs: number): Promise<Answer> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...type, authorization: `Bearer ${this.#token}` };
    return new Promise((resolve, reject) => {
      const to = { host: '127.0.0.1', port: this.#port, path, method, agent: this.#agent, headers };
      const request = http.request(to, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const tookMs = this.#clock.monotonicMs() - startMs;
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString(), tookMs });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
