import type { Socket } from 'node:net';
import { createConnectionToxics, type ConnectionToxics } from './connection-toxics.ts';
import { directions, type Direction } from './direction.ts';
import type { SplitterPair } from './frames/frame-splitter.ts';
import { runPipeline } from './pipeline.ts';

/** One client with its connection to the broker, and the toxics between them. */
export interface ProxyConnection {
  readonly toxics: ConnectionToxics;
  /** RST to both sides. */
  readonly reset: () => void;
  /** Resolves when both sockets have closed. */
  readonly closed: Promise<void>;
}

export interface ProxyConnectionOptions {
  /** Counts up from 1. */
  readonly number: number;
  readonly client: Socket;
  /** May still be connecting. */
  readonly broker: Socket;
  /** `null`: the protocol is not known. */
  readonly splitters: SplitterPair | null;
  readonly heldBytesMax: number;
  /** Of this connection. */
  readonly seed: number;
  /** Why the proxy gave the connection up by itself. */
  readonly onProblem: (problem: unknown) => void;
}

export function createProxyConnection(options: ProxyConnectionOptions): ProxyConnection {
  const { number, client, broker, splitters, heldBytesMax, seed, onProblem } = options;
  const ending = new AbortController();
  const reset = (): void => {
    ending.abort();
    breakOff(client);
    breakOff(broker);
  };
  const toxics = createConnectionToxics({ connection: number, seed, ending: ending.signal, reset });

  const run = async (direction: Direction): Promise<void> => {
    const isToBroker = direction === 'to-broker';
    const source = isToBroker ? client : broker;
    source.setNoDelay(true);
    // A side that broke off breaks the other one off, unless nothing gets through in its direction.
    source.on('error', () => void toxics.untilHeard(direction).then(reset));
    const closed = new Promise<void>((resolve) => {
      source.once('close', () => resolve());
    });
    const splitter = isToBroker ? splitters?.toBroker : splitters?.toClient;
    const stages = (): ReturnType<ConnectionToxics['stages']> => toxics.stages(direction);
    await runPipeline({ source, target: isToBroker ? broker : client, splitter, heldBytesMax, stages }).catch(
      (problem: unknown) => {
        onProblem(problem);
        reset();
      },
    );
    await closed;
  };

  return { toxics, reset, closed: Promise.all(directions.map(run)).then(() => ending.abort()) };
}

/** libuv refuses a RST while an orderly end is being sent (`EINVAL`), and Node then never closes the socket. */
function breakOff(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
