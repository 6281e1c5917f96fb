import type { ChannelAddress, Topology } from '@waybill/core/driver';
import { applyPass } from './apply-pass.ts';
import { checkAudience } from './check-audience.ts';
import type { Difference } from './difference.ts';
import { driftErrorOf } from './drift-error.ts';
import { createFoundArns } from './found-arns.ts';
import { createTopologyCall } from './topology-call.ts';
import type { TopologyContext, TopologyOptions } from './topology-context.ts';
import { verifyPass } from './verify-pass.ts';
import { wantedTopologyOf } from './wanted-topology.ts';
import type { WantedTopology } from './wanted-topology.ts';

export interface SqsTopology {
  /**
   * Creates or compares queues, topics and subscriptions, as the option `topology` says. May run in any number of processes at once.
   * @throws SqsTransportError `topology-drift` with every difference; `illegal-name`, `second-group`, `topology-refused`,
   * `queue-deleted-recently`, `request-timeout`
   */
  readonly ensure: (topology: Topology) => Promise<void>;
  /**
   * For a publisher of an event: whether anybody gets what it sends. Does nothing for a command, and with `topology: 'off'`.
   * @throws SqsTransportError `subscription-missing`, `topology-drift`
   */
  readonly checkAudience: (channel: ChannelAddress) => Promise<void>;
}

export function createTopology(options: TopologyOptions): SqsTopology {
  const { settings, names } = options;
  const context: TopologyContext = { ...options, call: createTopologyCall(settings) };
  return {
    ensure: async (topology) => {
      // Names are checked in every mode.
      const wanted = wantedTopologyOf(settings, names, topology);
      if (settings.topology === 'off') return;
      const differences = await goThrough(context, wanted);
      if (differences.length > 0) throw driftErrorOf(differences);
    },
    checkAudience: async (channel) => {
      if (channel.kind === 'event' && settings.topology !== 'off') await checkAudience(context, channel);
    },
  };
}

/** What a policy, a redrive or a subscription names has to be there before it. */
async function goThrough(context: TopologyContext, wanted: WantedTopology): Promise<readonly Difference[]> {
  const arns = createFoundArns();
  const pass = context.settings.topology === 'apply' ? applyPass(context, arns) : verifyPass(context, arns);
  const found = [
    ...(await eachOf(wanted.topics, pass.topic)),
    ...(await eachOf(
      wanted.queues.filter(({ redrive }) => redrive === undefined),
      pass.queue,
    )),
    ...(await eachOf(
      wanted.queues.filter(({ redrive }) => redrive !== undefined),
      pass.queue,
    )),
  ];
  // Nothing is sent into a queue that is not as it is wanted.
  const last = found.length === 0 ? pass : verifyPass(context, arns);
  return [...found, ...(await eachOf(wanted.subscriptions, last.subscription))];
}

const atOnceMax = 8;

/** A few at a time: SNS takes some tens of such calls a second. When one fails, nothing is under way any more. */
async function eachOf<Wanted>(
  resources: readonly Wanted[],
  inspect: (wanted: Wanted) => Promise<readonly Difference[]>,
): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for (let start = 0; start < resources.length; start += atOnceMax) {
    const ends = await Promise.allSettled(resources.slice(start, start + atOnceMax).map(inspect));
    for (const end of ends) {
      if (end.status === 'rejected') throw end.reason;
      found.push(...end.value);
    }
  }
  return found;
}
