import type { TransportCapabilities, TransportDriver, TransportReceiver, TransportSender } from '@waybill/core/driver';
import { closedError, codeOfRemoteError } from './memory-wire/remote-broker-error.ts';
import { createRemoteConnection } from './memory-wire/remote-connection.ts';
import { openRemoteReceiver } from './memory-wire/remote-receiver.ts';
import { openRemoteSender } from './memory-wire/remote-sender.ts';

export interface RemoteMemoryOptions {
  /** Of the host, or of a fault proxy in front of it. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** A call that is not answered for so long ends the connection. Default 5 s. */
  readonly answerMsMax?: number;
  /** How often the host hears of a client that asks nothing. Default 1 s. */
  readonly heartbeatMs?: number;
}

const defaults = { host: '127.0.0.1', answerMsMax: 5000, heartbeatMs: 1000 } as const;

/**
 * A transport of this process over the broker that `startMemoryBrokerHost` serves in another. It fails as one over a network does: a send
 * without an answer is `unknown`, what is held is lost with the connection, and the next call connects again.
 * @throws RemoteBrokerError `connect-failed`: what the broker can do is asked for first
 */
export async function remoteMemoryTransport(options: RemoteMemoryOptions): Promise<TransportDriver> {
  const connection = createRemoteConnection({ ...defaults, ...options });
  const { name, capabilities } = await (await connection.session()).ask({ ask: 'hello' });
  const open = new Set<TransportSender | TransportReceiver>();
  let numbers = 0;

  const nextNumber = (): number => {
    numbers += 1;
    return numbers;
  };

  const keep = async <Opened extends TransportSender | TransportReceiver>(opened: Opened): Promise<Opened> => {
    const close = async (): Promise<void> => {
      open.delete(kept);
      await opened.close();
    };
    const kept = { ...opened, close };
    open.add(kept);
    if (!connection.isClosed) return kept;
    await kept.close();
    throw closedError();
  };

  return {
    specVersion: 1,
    name,
    capabilities: overNetwork(capabilities),
    ensureTopology: async (topology) => {
      await (await connection.session()).ask({ ask: 'ensure-topology', topology });
    },
    openSender: async (channel) => keep(await openRemoteSender({ connection, number: nextNumber(), channel })),
    openReceiver: async (subscription, receiver) =>
      keep(await openRemoteReceiver({ connection, number: nextNumber(), subscription, receiver })),
    inspect: async (subscription) => (await connection.session()).ask({ ask: 'inspect', subscription }),
    codeOf: codeOfRemoteError,
    close: async () => {
      await Promise.all([...open].map((opened) => opened.close()));
      connection.close();
    },
  };
}

/** A batch that is not answered may have arrived whole, so what follows a message in doubt is in doubt too. */
function overNetwork(capabilities: TransportCapabilities): TransportCapabilities {
  return { ...capabilities, send: { ...capabilities.send, afterFailure: 'independent' } };
}
