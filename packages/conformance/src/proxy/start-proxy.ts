import { connect, type Socket } from 'node:net';
import { activateToxic, type ActiveToxic, type ToxicHandle } from './active-toxic.ts';
import { checkToxic } from './check-toxic.ts';
import type { SplitterPair } from './frames/frame-splitter.ts';
import type { Protocol } from './frames/frame.ts';
import { splitFrames } from './frames/split-frames.ts';
import { mixSeed } from './mix-seed.ts';
import { openDoor, type Door, type ProxyTarget } from './open-door.ts';
import { createProxyConnection, type ProxyConnection } from './proxy-connection.ts';
import { readdressKafka } from './readdress-kafka.ts';
import type { Toxic } from './toxic.ts';

export interface ProxyOptions {
  readonly target: ProxyTarget;
  /** Makes every draw repeat. Default 1. */
  readonly seed?: number;
  /**
   * What is spoken, for toxics that name frames. The proxy then passes whole frames; a connection that speaks something else, or TLS, is
   * reset. Default: bytes without a meaning.
   *
   * `kafka`: a client that is given the proxy's port alone stays in the proxy, because the brokers' addresses in answers become those of the
   * proxy. They must be named there as they are here, or by a name of the loopback address.
   */
  readonly protocol?: Protocol;
  /** The other brokers of a cluster: the proxy listens on a port for each of them, with the same toxics. Default: none. */
  readonly peers?: readonly ProxyTarget[];
  /** A longer frame resets its connection. Default 16 MiB. */
  readonly frameBytesMax?: number;
  /** What the proxy keeps of one direction of one connection before it stops to read. Default 1 MiB. */
  readonly heldBytesMax?: number;
}

/** A TCP proxy on loopback that breaks connections on purpose. */
export interface Proxy {
  readonly port: number;
  /** Those of the target and of its peers, in their order. */
  readonly ports: readonly number[];
  /** How many are open. */
  readonly connections: number;
  /** Why the proxy gave connections up by itself: bytes that are not of its protocol. The newest 100. */
  readonly problems: readonly unknown[];
  /**
   * Works on all open connections and on new ones, until it is removed.
   * @throws RangeError A number makes no sense.
   * @throws TypeError It names frames of another protocol.
   */
  readonly addToxic: (toxic: Toxic) => ToxicHandle;
  /** Where new connections to `port` go; open ones stay where they are. */
  readonly retarget: (target: ProxyTarget) => void;
  /** RST to both sides of every open connection; new ones are let in. Resolves with their number when all have closed. */
  readonly cutAll: () => Promise<number>;
  /** Listens no more and cuts everything. Resolves when nothing is left; a second call does nothing. */
  readonly close: () => Promise<void>;
}

const defaults = { seed: 1, frameBytesMax: 16_777_216, heldBytesMax: 1_048_576, peers: [] } as const;
const problemsMax = 100;

/** Starts a proxy on a free loopback port, and on one more for each peer. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { protocol, seed, frameBytesMax, heldBytesMax, peers } = { ...defaults, ...options };
  const open = new Set<ProxyConnection>();
  const toxics = new Set<ActiveToxic>();
  const problems: unknown[] = [];
  const doors: Door[] = [];
  let connectionCount = 0;
  let toxicCount = 0;

  const split = (spoken: Protocol): SplitterPair => {
    const pair = splitFrames(spoken, frameBytesMax);
    return spoken === 'kafka' ? { ...pair, toClient: readdressKafka(pair.toClient, doors) } : pair;
  };

  const accept = (client: Socket, target: ProxyTarget): void => {
    connectionCount += 1;
    const connection = createProxyConnection({
      number: connectionCount,
      client,
      broker: connect({ ...target, allowHalfOpen: true }),
      splitters: protocol === undefined ? null : split(protocol),
      heldBytesMax,
      seed: mixSeed(seed, connectionCount),
      onProblem: (problem) => {
        problems.push(problem);
        if (problems.length > problemsMax) problems.shift();
      },
    });
    open.add(connection);
    void connection.closed.then(() => open.delete(connection));
    for (const active of toxics) connection.toxics.attach(active);
  };

  const detach = (active: ActiveToxic): void => {
    toxics.delete(active);
    for (const connection of open) connection.toxics.detach(active);
  };

  const cutAll = async (): Promise<number> => {
    const cut = [...open];
    for (const connection of cut) connection.reset();
    await Promise.all(cut.map(({ closed }) => closed));
    return cut.length;
  };

  for (const target of [options.target, ...peers]) doors.push(await openDoor(target, accept));
  const [door] = doors as [Door];

  return {
    port: door.port,
    ports: doors.map(({ port }) => port),
    get connections() {
      return open.size;
    },
    problems,
    addToxic: (toxic) => {
      checkToxic(toxic, protocol);
      toxicCount += 1;
      const active = activateToxic(toxic, toxicCount, detach);
      toxics.add(active);
      for (const connection of open) connection.toxics.attach(active);
      return active.handle;
    },
    retarget: (next) => {
      door.target = next;
    },
    cutAll,
    close: async () => {
      const closed = Promise.all(doors.map((each) => each.shut()));
      await cutAll();
      await closed;
    },
  };
}
