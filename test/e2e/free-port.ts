import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port to ask for by number. One that the system chose can't be listened on again while connections of an engine that has
 * ended wait out their time: the library lets an address be used again only where it was told the port.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
