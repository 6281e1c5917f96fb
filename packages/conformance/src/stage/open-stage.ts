import type {
  Receipt,
  SendOutcome,
  SubscriptionAddress,
  TransportDriver,
  TransportMessage,
} from '@waybill/core/driver';
import type { World } from '../harness/world.ts';
import { createStageReceiver } from './stage-receiver.ts';
import type { StageReceiver } from './stage-receiver.ts';

export interface StageOptions {
  /** Default `command`. */
  readonly kind?: 'command' | 'event';
  /** Default one group, `workers`. */
  readonly groups?: readonly string[];
  /** Makes the channel's name differ where a case needs two. */
  readonly suffix?: string;
  /** Default a connection of its own. */
  readonly driver?: TransportDriver;
}

export interface ReceiverParts {
  readonly group?: string;
  /** Most unsettled at once; default 100. */
  readonly unsettledMax?: number;
  readonly leaseMs?: number;
  /** On a connection of its own, as another process would be. Default the stage's. */
  readonly driver?: TransportDriver;
}

/** One channel, its queues and one connection: where cases talk to the driver itself. */
export interface Stage {
  readonly driver: TransportDriver;
  readonly address: SubscriptionAddress;
  /** Sends them, in batches as large as the driver takes; writes the ledger and answers the outcomes. */
  readonly send: (...messages: readonly TransportMessage[]) => Promise<readonly SendOutcome[]>;
  readonly receiver: (parts?: ReceiverParts) => Promise<StageReceiver>;
}

export async function openStage(world: World, options: StageOptions = {}): Promise<Stage> {
  const { kind = 'command', groups = ['workers'], suffix = '' } = options;
  const { leaseMs: queueLeaseMs } = world.harness.timing;
  const driver = options.driver ?? (await world.connect());
  const channel = { kind, channel: `${world.runId}${suffix}` };
  const subscriptions = groups.map((group) => ({ ...channel, group, leaseMs: queueLeaseMs }));
  await driver.ensureTopology({ channels: [channel], subscriptions });
  const sender = await driver.openSender(channel);
  const { batchMax } = driver.capabilities.send;
  const address = { ...channel, group: groups[0] ?? 'workers' };
  let receivers = 0;

  return {
    driver,
    address,
    send: async (...messages) => {
      const outcomes: SendOutcome[] = [];
      for (let at = 0; at < messages.length; at += batchMax) {
        outcomes.push(...(await sender.sendBatch(messages.slice(at, at + batchMax))));
      }
      recordOutcomes(world, messages, outcomes);
      return outcomes;
    },
    receiver: async (parts = {}) => {
      const { group = address.group, unsettledMax = 100, leaseMs = queueLeaseMs } = parts;
      const lost: Receipt[] = [];
      const onLost = (receipts: readonly Receipt[]): void => void lost.push(...receipts);
      const receiver = await (parts.driver ?? driver).openReceiver(
        { ...channel, group },
        { leaseMs, unsettledMax, onLost },
      );
      receivers += 1;
      return createStageReceiver(world, receiver, `${group}-${receivers}`, lost);
    },
  };
}

function recordOutcomes(
  { ledger, runId }: World,
  messages: readonly TransportMessage[],
  outcomes: readonly SendOutcome[],
): void {
  const counts = new Map<string | undefined, number>();
  for (const { key } of ledger.publishes) counts.set(key, 1 + (counts.get(key) ?? 0));
  for (const [place, { id, key }] of messages.entries()) {
    const seq = 1 + (counts.get(key) ?? 0);
    counts.set(key, seq);
    ledger.publish({ runId, key, seq, messageId: id, outcome: outcomes[place]?.status ?? 'unknown' });
  }
}
