import { atMost, pause } from '@waybill/core/driver';
import { KafkaTransportError } from '../../kafka-error.ts';
import type { KafkaMember, MemberOptions } from '../kafka-member.ts';
import { createBackoff } from './backoff.ts';
import { createBrokerMembership } from './broker-membership.ts';
import { createClassicMembership } from './classic-membership.ts';
import { createCluster } from './cluster.ts';
import { createCommits, fenced } from './commits.ts';
import type { Commits } from './commits.ts';
import { openConnections } from './connections.ts';
import { createFetcher } from './fetcher.ts';
import type { Fetcher } from './fetcher.ts';
import type { GroupEvents, GroupMembership } from './group-membership.ts';
import type { Platformatic } from './load-platformatic.ts';
import type { PlatformaticSettings } from './platformatic-settings.ts';

/** How long a member that closes waits for its group; whoever does not hear of it finds out when the session ends. */
const leaveMs = 5000;

/**
 * A member that speaks the protocol of groups itself. The library's own `Consumer` repeats a refused commit under the generation after it,
 * when the partition may be another's, pauses only everything at once, and delivers what it has buffered of partitions that are lost.
 */
export function openPlatformaticMember(
  platformatic: Platformatic,
  settings: PlatformaticSettings,
  options: MemberOptions,
): KafkaMember {
  const connections = openConnections(platformatic, settings);
  const joins = openConnections(platformatic, settings);
  const fetches = openConnections(platformatic, settings);
  const cluster = createCluster({ platformatic, settings, connections });
  const requests = { platformatic, settings, cluster, connections };
  const commits = createCommits(requests, options);
  const closing = new AbortController();
  const { signal } = closing;
  const onRefused = (error: Error): void => membership.giveUp(error);
  const fetcher = createFetcher({ ...requests, options, fetches, signal, onRefused });
  const events = groupEvents({ options, settings, signal, fetcher, commits });
  const inGroup = { ...requests, options, joins, events, signal };
  const membership =
    settings.groupProtocol === 'consumer'
      ? createBrokerMembership(inGroup)
      : createClassicMembership(inGroup, fetcher.hold);
  const running = stay(membership, settings, signal);
  const close = async (): Promise<void> => {
    closing.abort();
    membership.hurry();
    joins.close();
    fetches.close();
    const goodbye = Promise.all([running, commits.settled()]).then(membership.leave);
    await atMost(
      leaveMs,
      goodbye.catch(() => undefined),
      settings.clock,
    );
    connections.close();
  };
  let closed: Promise<void> | undefined;
  return {
    pause: fetcher.pause,
    resume: fetcher.resume,
    commit: async (next) => {
      if (signal.aborted) throw new KafkaTransportError('closed', 'The member is closed.');
      const standing = await membership.standing();
      if (standing === undefined) throw fenced(options.groupId);
      await commits.commit(standing, next).catch((error: unknown) => {
        membership.hurry();
        throw error;
      });
    },
    close: () => (closed ??= close()),
  };
}

interface EventsOptions {
  readonly options: MemberOptions;
  readonly settings: PlatformaticSettings;
  readonly signal: AbortSignal;
  readonly fetcher: Fetcher;
  readonly commits: Commits;
}

/** Whoever closes hears nothing more. */
function groupEvents({ options, settings, signal, fetcher, commits }: EventsOptions): GroupEvents {
  const { listener, rebalanceTimeoutMs } = options;
  return {
    onRebalancing: async () => {
      if (signal.aborted) return;
      await listener.onRebalancing();
      await atMost(rebalanceTimeoutMs / 2, commits.settled(), settings.clock);
    },
    onAssigned: (assignment) => {
      if (!signal.aborted) fetcher.assign(assignment.partitions, listener.onAssigned(assignment));
    },
    onHeartbeat: (ageMs) => {
      if (!signal.aborted) listener.onHeartbeat(ageMs);
    },
    onDown: (error) => {
      if (signal.aborted) return;
      fetcher.assign([], new Map());
      listener.onDown(error);
    },
  };
}

/** Joins, stays, and comes back after every failure, until the member closes. */
async function stay(membership: GroupMembership, { clock }: PlatformaticSettings, signal: AbortSignal): Promise<void> {
  const backoff = createBackoff(clock, signal);
  let failures = 0;
  while (!signal.aborted) {
    try {
      await membership.step();
      backoff.reset();
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const delayMs = await membership.recover(error);
      // What may be tried at once may be so once: the second time nobody knows what it is.
      const isKnown = delayMs !== undefined && (delayMs > 0 || failures === 1);
      await (isKnown ? pause(clock, delayMs, signal) : backoff.wait());
    }
  }
}
