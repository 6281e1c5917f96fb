import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Passes everything on to a server, except what it refuses. */
export interface RefusingPooler {
  readonly url: string;
  /** The next request has no server, as one behind it may have the next moment: it gets an error, and the connection stays. */
  readonly refuseNext: () => void;
  /** Takes no more connections; those that are open end with their clients. */
  readonly close: () => void;
}

const [simpleQuery, sync] = ['Q', 'S'].map((letter) => letter.charCodeAt(0));

export async function startRefusingPooler(target: string): Promise<RefusingPooler> {
  const { hostname, port } = new URL(target);
  let refusals = 0;
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname);
    for (const socket of [incoming, outgoing]) socket.on('error', () => undefined);
    incoming.on('close', () => outgoing.destroy());
    outgoing.pipe(incoming);
    const requests = createRequests();
    incoming.on('data', (chunk: Buffer) => {
      for (const request of requests(chunk)) {
        if (refusals === 0) outgoing.write(request);
        else incoming.write(refusal);
        refusals = Math.max(0, refusals - 1);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    refuseNext: () => {
      refusals = 1;
    },
    close: () => void server.close(),
  };
}

/** Cuts what a client sends into what a pooler takes together: the start, a simple query, and everything up to a Sync. */
function createRequests(): (chunk: Buffer) => readonly Buffer[] {
  let bytes = Buffer.alloc(0);
  let isStarted = false;
  let from = 0;
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    const requests: Buffer[] = [];
    for (;;) {
      const head = isStarted ? 1 : 0;
      if (bytes.length < from + head + 4) return requests;
      const end = from + head + bytes.readUInt32BE(from + head);
      if (bytes.length < end) return requests;
      const letter = bytes[from];
      const isWhole = !isStarted || letter === simpleQuery || letter === sync || letter === 'p'.charCodeAt(0);
      isStarted = true;
      from = isWhole ? 0 : end;
      if (!isWhole) continue;
      requests.push(bytes.subarray(0, end));
      bytes = bytes.subarray(end);
    }
  };
}

const message = (letter: string, content: string): Buffer => {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeUInt32BE(content.length + 4, 1);
  return Buffer.concat([head, Buffer.from(content, 'latin1')]);
};

/** An error, and ready for the next request, outside of a transaction. */
const refusal = Buffer.concat([
  message('E', 'SERROR\0VERROR\0C58000\0Mcould not get a connection from the pool\0\0'),
  message('Z', 'I'),
]);
