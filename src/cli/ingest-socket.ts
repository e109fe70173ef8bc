import type { NodeProducerOptions } from '../client/node.js';

/**
 * Where the binary protocol of a server is, and how to mask what goes there. Behind TLS, and on this machine, nothing
 * stands in between that could take a frame for an HTTP request, so zeros will do; they save a pass over every byte.
 */
export function ingestSocket(baseUrl: string): Required<Pick<NodeProducerOptions, 'url' | 'masking'>> {
  const { hostname, protocol } = new URL(baseUrl);
  const isNear = protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return { url: `${baseUrl.replace(/^http/, 'ws')}/ws/ingest`, masking: isNear ? 'zero' : 'random' };
}
