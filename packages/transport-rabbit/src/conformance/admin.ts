import type { Admin } from '@waybill/conformance';
import type { Broker } from '@waybill/conformance/brokers';
import type { RawClient } from './raw-client.ts';
import { queuesOf } from './topology.ts';

/**
 * Ready messages by passive declare, which is exact at once. How many are unacknowledged only the management API says, and it lags by
 * the broker's tick.
 */
export function createAdmin({ adminAddress }: Broker, client: RawClient): Admin {
  return {
    depth: async (subscription) =>
      client.use(async (channel) => {
        const answers = await Promise.all(queuesOf(subscription).map((queue) => channel.checkQueue(queue)));
        return answers.reduce((total, { messageCount }) => total + messageCount, 0);
      }),
    inFlight: async (subscription) => {
      const counts = await Promise.all(queuesOf(subscription).map((queue) => unacknowledged(adminAddress, queue)));
      return counts.reduce((total, count) => total + count, 0);
    },
    deleteQueue: async (subscription) =>
      client.use(async (channel) => {
        for (const queue of queuesOf(subscription)) await channel.deleteQueue(queue);
      }),
  };
}

async function unacknowledged(adminAddress: string | undefined, queue: string): Promise<number> {
  if (adminAddress === undefined) throw new Error('The management API is needed: its address is not known.');
  const { origin, username, password } = new URL(adminAddress);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const answer = await fetch(`${origin}/api/queues/%2F/${encodeURIComponent(queue)}`, { headers: { authorization } });
  const facts: unknown = await answer.json();
  // A queue that nothing has happened to yet has no figures.
  const count =
    typeof facts === 'object' && facts !== null && 'messages_unacknowledged' in facts && facts.messages_unacknowledged;
  return typeof count === 'number' ? count : 0;
}
