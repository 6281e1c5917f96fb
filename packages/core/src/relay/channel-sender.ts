import type { OutboxRow, SendOutcome, TransportDriver, TransportMessage, TransportSender } from '../driver/index.ts';
import { headerNames } from '../envelope/header-names.ts';

/** Sends outbox rows through one sender per channel, opened at its first row and again after a failure. */
export interface ChannelSender {
  /** Answers per row, in order; a failure of the whole batch is `rejected` for each. */
  readonly send: (rows: readonly OutboxRow[]) => Promise<readonly SendOutcome[]>;
  readonly close: () => Promise<void>;
}

export function createChannelSender(transport: TransportDriver): ChannelSender {
  const senders = new Map<string, Promise<TransportSender>>();

  const open = async ({ address }: OutboxRow): Promise<TransportSender> => {
    await transport.ensureTopology({ channels: [address], subscriptions: [] });
    return transport.openSender(address);
  };

  const senderFor = (row: OutboxRow): Promise<TransportSender> => {
    const name = channelOf(row);
    const known = senders.get(name);
    if (known !== undefined) return known;
    const opened = open(row);
    senders.set(name, opened);
    return opened;
  };

  return {
    send: async (rows) => {
      const [first] = rows;
      if (first === undefined) return [];
      try {
        const sender = await senderFor(first);
        return await sender.sendBatch(rows.map(toMessage));
      } catch (error) {
        senders.delete(channelOf(first));
        return rows.map(() => ({ status: 'rejected', error }));
      }
    },
    close: async () => {
      const opened = await Promise.allSettled(senders.values());
      await Promise.all(opened.map(async (one) => one.status === 'fulfilled' && one.value.close()));
    },
  };
}

export const channelOf = ({ address }: Pick<OutboxRow, 'address'>): string => `${address.kind} ${address.channel}`;

/** The number and its epoch travel in headers; they are what the fence at the consumer goes by. */
export function toMessage(row: OutboxRow): TransportMessage {
  const { id, key, deduplicationKey, body, delayMs } = row;
  return { id, key, deduplicationKey, headers: numberedHeaders(row), body, delayMs };
}

export function numberedHeaders({ headers, sequence, epoch }: OutboxRow): Readonly<Record<string, string>> {
  if (sequence === undefined) return headers;
  return { ...headers, [headerNames.sequence]: String(sequence), [headerNames.epoch]: epoch };
}
