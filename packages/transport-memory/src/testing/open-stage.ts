import type {
  Clock,
  Delivery,
  NewId,
  Random,
  Receipt,
  SendOutcome,
  SettleOutcome,
  SubscriptionAddress,
  TransportMessage,
  TransportReceiver,
} from '@waybill/core/driver';
import { memoryTransport } from '../memory-transport.ts';
import type { MemoryTransport } from '../memory-transport.ts';
import type { Profile } from '../profiles/profile.ts';
import type { ProfileName } from '../profiles/profiles.ts';

export interface StageOptions {
  readonly profile: ProfileName | Profile;
  readonly clock: Clock;
  readonly random?: Random;
  readonly newId?: NewId;
  readonly kind?: 'command' | 'event';
}

/** One channel of one transport, with what tests of a broker do over and over. */
export interface Stage {
  readonly transport: MemoryTransport;
  readonly address: SubscriptionAddress;
  readonly send: (...messages: readonly TransportMessage[]) => Promise<readonly SendOutcome[]>;
  /** Opens a receiver; the group is created if need be. */
  readonly receiver: (options?: { readonly leaseMs?: number; readonly group?: string }) => Promise<StageReceiver>;
}

export interface StageReceiver extends TransportReceiver {
  readonly lost: Receipt[];
  /** What is there now, without waiting. */
  readonly take: (limit?: number) => Promise<readonly Delivery[]>;
  readonly accept: (...deliveries: readonly Delivery[]) => Promise<readonly SettleOutcome[]>;
  readonly release: (delivery: Delivery, delayMs?: number) => Promise<readonly SettleOutcome[]>;
}

const stageLeaseMs = 30_000;

export async function openStage({ kind = 'command', ...options }: StageOptions): Promise<Stage> {
  const transport = memoryTransport(options);
  const address: SubscriptionAddress = { kind, channel: 'orders', group: 'workers' };
  await transport.ensureTopology({ channels: [address], subscriptions: [] });
  const sender = await transport.openSender(address);
  return {
    transport,
    address,
    send: (...messages) => sender.sendBatch(messages),
    receiver: async ({ leaseMs = stageLeaseMs, group = address.group } = {}) => {
      const subscription = { ...address, group };
      if (!group.endsWith('.dead-letters')) {
        await transport.ensureTopology({ channels: [], subscriptions: [{ ...subscription, leaseMs: stageLeaseMs }] });
      }
      return openStageReceiver(transport, subscription, leaseMs);
    },
  };
}

export async function openStageReceiver(
  transport: MemoryTransport,
  subscription: SubscriptionAddress,
  leaseMs: number,
): Promise<StageReceiver> {
  const lost: Receipt[] = [];
  const onLost = (receipts: readonly Receipt[]): void => void lost.push(...receipts);
  const receiver = await transport.openReceiver(subscription, { leaseMs, unsettledMax: 1000, onLost });
  return {
    ...receiver,
    lost,
    take: (limit = 10) => {
      const controller = new AbortController();
      const receiving = receiver.receiveBatch(limit, controller.signal);
      controller.abort();
      return receiving;
    },
    accept: (...deliveries) => receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' }))),
    release: ({ receipt }, delayMs = 0) => receiver.settleBatch([{ receipt, action: 'release', delayMs }]),
  };
}

export interface MessageParts {
  readonly key?: string;
  readonly deduplicationKey?: string;
  readonly body?: string;
  readonly delayMs?: number;
}

/** A message named `id`; its deduplication key is the id unless said otherwise. */
export function message(id: string, parts: MessageParts = {}): TransportMessage {
  return {
    id,
    key: parts.key,
    deduplicationKey: parts.deduplicationKey ?? id,
    headers: { type: 'order.placed' },
    body: new TextEncoder().encode(parts.body ?? id),
    delayMs: parts.delayMs ?? 0,
  };
}

export function idsOf(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map((delivery) => delivery.message.id);
}

/** The group of each delivery, as in `g1,g1,g2`. */
export function keysOf(deliveries: readonly Delivery[]): string {
  return deliveries.map((delivery) => delivery.message.key ?? '-').join(',');
}
