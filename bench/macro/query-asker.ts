import http from 'node:http';
import type { CanonicalAnswer, QueryAdapter, SystemRequest } from './query-adapter.js';
import type { TsbsQuery } from './tsbs-queries.js';

const CONNECTIONS = 4;

/** An answer as it came: the texts of all requests, and the time until the last one was there. */
export interface Asked {
  texts: string[];
  ms: number;
}

/** Asks one system, over connections that stay open. */
export class QueryAsker {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #url: string;
  readonly #adapter: QueryAdapter;

  constructor(url: string, adapter: QueryAdapter) {
    this.#url = url;
    this.#adapter = adapter;
  }

  ask(query: TsbsQuery): Promise<Asked> {
    return this.send(this.#adapter.requests(query));
  }

  /** Sends requests at the same time. */
  async send(requests: readonly SystemRequest[]): Promise<Asked> {
    const started = performance.now();
    const texts = await Promise.all(requests.map((request) => this.#send(request)));
    return { texts, ms: performance.now() - started };
  }

  /** What an answer says, to be held against that of another system. */
  read(query: TsbsQuery, { texts }: Asked): CanonicalAnswer {
    const answer: CanonicalAnswer = new Map();
    texts.forEach((text, index) => {
      this.#adapter.read(query, index, text, answer);
    });
    return answer;
  }

  /** How long the system takes for a request that asks nothing, ms. */
  async askNothing(path: string): Promise<number> {
    const started = performance.now();
    await this.#send({ path });
    return performance.now() - started;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send({ path, method = 'GET', body }: SystemRequest): Promise<string> {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const request = http.request(this.#url + path, { agent: this.#agent, method, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode! < 300) resolve(text);
          else reject(new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 500)}`));
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}

/**
 * Lets this process's own side of an HTTP call be compiled before anything is timed, in both forms in which the systems are asked: else
 * whoever is measured first pays for it. Asks a server of its own, so that no system is warmer by it than another.
 */
export async function warmClient(asks: number): Promise<void> {
  const text = JSON.stringify({
    match: '{__name__=~"cpu_(a|b)",hostname=~"host_1|host_2"}',
    start: 1,
    end: 2,
  });
  const forms: SystemRequest[] = [
    { path: `/?query=${encodeURIComponent(text)}` },
    { path: '/', method: 'POST', body: text },
  ];
  const body = Buffer.from(JSON.stringify({ values: Array.from({ length: 60 }, (_, i) => i) }));
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => response.end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const asker = new QueryAsker(`http://127.0.0.1:${port}`, { requests: () => [], read: () => {} });
  for (let i = 0; i < asks; i++) await asker.send([forms[i % forms.length]!]);
  asker.close();
  await new Promise((resolve) => server.close(resolve));
}
