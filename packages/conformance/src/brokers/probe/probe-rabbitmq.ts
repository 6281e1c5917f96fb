import { exchange, type Endpoint, type ServerIdentity } from './exchange.ts';

const protocolHeader = Buffer.from('AMQP\u0000\u0000\u0009\u0001', 'latin1');

/** Opens an AMQP 0-9-1 connection as far as `connection.start`, in which the server names itself before any login. */
export const probeRabbitmq = (endpoint: Endpoint): Promise<ServerIdentity> =>
  exchange(endpoint, protocolHeader, readConnectionStart);

function readConnectionStart(received: Buffer): ServerIdentity | undefined {
  if (received.subarray(0, 4).toString('latin1') === 'AMQP') {
    throw new Error('the server speaks another version of AMQP');
  }
  const frameEnd = received.length < 7 ? Infinity : 7 + received.readUInt32BE(3);
  if (received.length < frameEnd) return undefined;
  return { product: serverProperty(received, 'product'), version: serverProperty(received, 'version') };
}

/** A field of the table `server-properties`: short string, the letter S, then a long string. */
function serverProperty(frame: Buffer, name: string): string {
  const key = Buffer.from(`${String.fromCodePoint(name.length)}${name}S`, 'latin1');
  const at = frame.indexOf(key);
  if (at < 0) return 'unknown';
  const start = at + key.length + 4;
  return frame.toString('utf8', start, start + frame.readUInt32BE(start - 4));
}
