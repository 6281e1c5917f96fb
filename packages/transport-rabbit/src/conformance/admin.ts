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
      const names = queuesOf(subscription).map((queue) => RegExp.escape(queue));
      const queues = await list(adminAddress, 'queues', `^(?:${names.join('|')})$`);
      return queues.reduce((total, { messages_unacknowledged: count = 0 }) => total + count, 0);
    },
    deleteQueue: async (subscription) =>
      client.use(async (channel) => {
        for (const queue of queuesOf(subscription)) await channel.deleteQueue(queue);
      }),
    purge: async (subscription) =>
      client.use(async (channel) => {
        for (const queue of queuesOf(subscription)) await channel.purgeQueue(queue);
      }),
    cleanUp: async (runId) => {
      const queues = await list(adminAddress, 'queues', RegExp.escape(runId));
      const exchanges = await list(adminAddress, 'exchanges', RegExp.escape(runId));
      await client.use(async (channel) => {
        for (const { name } of queues) await channel.deleteQueue(name);
        for (const { name } of exchanges) await channel.deleteExchange(name);
      });
    },
  };
}

interface Listed {
  readonly name: string;
  readonly messages_unacknowledged?: number;
}

/** Those whose name matches. Queues with what they last told of themselves: the statistics proper would be older by seconds. */
async function list(
  adminAddress: string | undefined,
  kind: 'queues' | 'exchanges',
  pattern: string,
): Promise<readonly Listed[]> {
  if (adminAddress === undefined) throw new Error('What is in flight only the management API says: name its address.');
  const { origin, username, password } = new URL(adminAddress);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const query = new URLSearchParams({
    disable_stats: 'true',
    enable_queue_totals: 'true',
    use_regex: 'true',
    name: pattern,
    page: '1',
    page_size: '500',
  });
  const answer = await fetch(`${origin}/api/${kind}?${query.toString()}`, { headers: { authorization } });
  if (!answer.ok) throw new Error(`The management API answers with status ${answer.status}.`);
  const page = (await answer.json()) as { readonly items: readonly Listed[] };
  return page.items;
}
