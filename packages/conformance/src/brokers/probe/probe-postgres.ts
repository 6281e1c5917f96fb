import { exchange, type Endpoint, type ServerIdentity } from './exchange.ts';

const protocolVersion3 = 196_608;

/** Opens a session as `user`. A server that wants a password first is up as well, but keeps its version to itself. */
export const probePostgres = (endpoint: Endpoint, user: string, database: string): Promise<ServerIdentity> =>
  exchange(endpoint, startupMessage(user, database), readGreeting);

function startupMessage(user: string, database: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`, 'utf8');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + parameters.length, 0);
  head.writeUInt32BE(protocolVersion3, 4);
  return Buffer.concat([head, parameters]);
}

/** Messages are a letter, a length that counts itself, and a body. */
function readGreeting(received: Buffer): ServerIdentity | undefined {
  let version = 'unknown';
  for (let at = 0; at + 5 <= received.length; at += 1 + received.readUInt32BE(at + 1)) {
    const letter = String.fromCodePoint(received.readUInt8(at));
    const body = received.subarray(at + 5, at + 1 + received.readUInt32BE(at + 1));
    if (letter === 'E') throw new Error(`the server refused: ${body.toString('utf8').replaceAll('\0', ' ')}`);
    if (letter === 'S' && body.toString('utf8').startsWith('server_version\0')) {
      version = body.toString('utf8').split('\0')[1]?.split(' ')[0] ?? version;
    }
    const wantsPassword = letter === 'R' && body.length >= 4 && body.readUInt32BE(0) !== 0;
    if (letter === 'Z' || wantsPassword) return { product: 'PostgreSQL', version };
  }
  return undefined;
}
