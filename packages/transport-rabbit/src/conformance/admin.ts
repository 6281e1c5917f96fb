import type { Admin } from '@waybill/conformance';
import type { Broker } from '@waybill/conformance/brokers';
import type { RawClient } from './raw-client.ts';
import { queuesOf } from './topology.ts';

/** Ready messages by passive declare, which is exact at once. What is unacknowledged only the management API says. */
export function createAdmin({ adminAddress }: Broker, client: RawClient): Admin {
  return {
    depth: async (subscription) =>
      client.use(async (channel) => {
        const answers = await Promise.all(queuesOf(subscription).map((queue) => channel.checkQueue(queue)));
        return answers.reduce((total, { messageCount }) => total + messageCount, 0);
      }),
    inFlight: async (subscription) => {
      const totals = await totalsOf(adminAddress, queuesOf(subscription));
      return totals.reduce((total, count) => total + count, 0);
    },
    deleteQueue: async (subscription) =>
      client.use(async (channel) => {
        for (const queue of queuesOf(subscription)) await channel.deleteQueue(queue);
      }),
  };
}

/** What the queues last told of themselves, as old as their tick; the statistics proper would be older by seconds. */
async function totalsOf(adminAddress: string | undefined, queues: readonly string[]): Promise<readonly number[]> {
  if (adminAddress === undefined)
    throw new Error('How much is in flight only the management API says: name its address.');
  const { origin, username, password } = new URL(adminAddress);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const query = new URLSearchParams({
    disable_stats: 'true',
    enable_queue_totals: 'true',
    use_regex: 'true',
    name: `^(?:${queues.map((queue) => RegExp.escape(queue)).join('|')})$`,
    page: '1',
    page_size: '500',
  });
  const answer = await fetch(`${origin}/api/queues?${query.toString()}`, { headers: { authorization } });
  if (!answer.ok) throw new Error(`The management API answers with status ${answer.status}.`);
  const page = (await answer.json()) as { readonly items: readonly { readonly messages_unacknowledged?: number }[] };
  return page.items.map(({ messages_unacknowledged: count = 0 }) => count);
}
