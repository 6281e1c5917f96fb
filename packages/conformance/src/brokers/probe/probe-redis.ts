import { exchange, type Endpoint, type ServerIdentity } from './exchange.ts';

/** Asks for PONG and the server's description; a server that still loads its data is not ready. */
export const probeRedis = (endpoint: Endpoint, login?: RedisLogin): Promise<ServerIdentity> => {
  const auth = login === undefined ? [] : [['AUTH', login.username, login.password]];
  const commands = [...auth, ['PING'], ['INFO', 'server']];
  return exchange(endpoint, commands.map(encode).join(''), readInfo);
};

/** What `AUTH` takes; the user of a server with a password only is `default`. */
export interface RedisLogin {
  readonly username: string;
  readonly password: string;
}

const encode = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

function readInfo(received: Buffer): ServerIdentity | undefined {
  const text = received.toString('utf8');
  const refusal = /^-(.*)\r\n/m.exec(text)?.[1];
  if (refusal !== undefined) throw new Error(`the server refused: ${refusal}`);
  const valkey = /^valkey_version:(\S+)/m.exec(text)?.[1];
  if (valkey !== undefined) return { product: 'Valkey', version: valkey };
  const version = /^redis_version:(\S+)\r\n[^]*\r\n$/m.exec(text)?.[1];
  return version === undefined ? undefined : { product: 'Redis', version };
}
