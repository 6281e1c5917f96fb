import type { FrameSplitter } from './frames/frame-splitter.ts';
import type { Frame } from './frames/frame.ts';
import type { Door } from './open-door.ts';

/** A port of the proxy, and the broker that clients reach by it. */
export type KafkaRoute = Pick<Door, 'port' | 'target'>;

/**
 * Kafka tells clients where its brokers are, and they go there, past any proxy. So answers are changed on their way: wherever the host of a
 * broker is followed by its port, the port becomes that of the proxy. In every answer and version the one directly follows the other, and a
 * port has four bytes always, so no answer needs to be understood and none changes its length.
 */
export function readdressKafka(splitter: FrameSplitter, routes: readonly KafkaRoute[]): FrameSplitter {
  return { push: (chunk) => splitter.push(chunk).map((frame) => readdress(frame, routes)), rest: splitter.rest };
}

/**
 * Api keys of the answers that name brokers: Metadata, FindCoordinator, DescribeCluster, and the new leaders in those to Produce, Fetch,
 * ShareFetch and ShareAcknowledge.
 */
const namesBrokers: ReadonlySet<string> = new Set(['3', '10', '60', '0', '1', '78', '79']);

function readdress(frame: Frame, routes: readonly KafkaRoute[]): Frame {
  if (!namesBrokers.has(frame.label)) return frame;
  const found = routes.flatMap((route) => placesOf(frame.bytes, route));
  if (found.length === 0) return frame;
  const bytes = Buffer.from(frame.bytes);
  for (const { at, port } of found) bytes.writeInt32BE(port, at);
  return { ...frame, bytes };
}

interface Place {
  readonly at: number;
  readonly port: number;
}

/** Where the port of this broker stands, behind its own name or one that a broker on this machine may give itself. */
function placesOf(bytes: Buffer, { target, port }: KafkaRoute): readonly Place[] {
  const places: Place[] = [];
  for (const host of new Set([target.host, '127.0.0.1', 'localhost'])) {
    const name = Buffer.from(`${host}\0\0\0\0`);
    const portAt = name.length - 4;
    name.writeInt32BE(target.port, portAt);
    for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1))
      places.push({ at: at + portAt, port });
  }
  return places;
}
