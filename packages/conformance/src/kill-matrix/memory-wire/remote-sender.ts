import type { ChannelAddress, SendOutcome, TransportMessage, TransportSender } from '@waybill/core/driver';
import { isConnectionLost, lostError, refusedError } from './remote-broker-error.ts';
import type { RemoteConnection } from './remote-connection.ts';
import { createRenewed } from './renewed.ts';
import type { Answers } from './requests.ts';

export interface RemoteSenderOptions {
  readonly connection: RemoteConnection;
  readonly number: number;
  readonly channel: ChannelAddress;
}

/** Opens the channel at once, so that one that is not there is known before anything is sent. */
export async function openRemoteSender({ connection, number, channel }: RemoteSenderOptions): Promise<TransportSender> {
  const open = createRenewed({
    connection,
    number,
    open: (session) => session.ask({ ask: 'open-sender', sender: number, channel }),
  });
  const underWay = new Set<Promise<unknown>>();
  await open.session();

  const send = async (messages: readonly TransportMessage[]): Promise<readonly SendOutcome[]> => {
    const session = await open.session();
    try {
      return (await session.ask({ ask: 'send', sender: number, messages })).map(outcomeOf);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      return messages.map(() => ({ status: 'unknown', error }));
    }
  };

  return {
    sendBatch: (messages) => {
      const sending = send(messages);
      const ended = sending.catch(() => undefined).finally(() => underWay.delete(ended));
      underWay.add(ended);
      return sending;
    },
    close: async () => {
      await Promise.all(underWay);
      await open.close();
    },
  };
}

function outcomeOf({ status, error }: Answers['send'][number]): SendOutcome {
  if (status === 'confirmed') return { status };
  return { status, error: error === undefined ? lostError() : refusedError(error) };
}
