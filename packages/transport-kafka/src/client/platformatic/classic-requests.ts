import type { Connection, joinGroupV9, syncGroupV5 } from '@platformatic/kafka';
import { answerIn, errorName } from './error-name.ts';
import type { MembershipOptions, Standing } from './group-membership.ts';
import { offeredProtocols } from './share-out.ts';

export type JoinGroupResponse = joinGroupV9.JoinGroupResponse;

/** What a member is when it joins: `''` and nothing for a new one. */
export interface Candidate extends Standing {
  readonly owned: readonly number[];
}

/** What a member asks of the coordinator of its group. */
export interface ClassicRequests {
  /** Answered when all members have joined. A new member is given its id first: `onNamed` hears it before the member waits. */
  readonly join: (candidate: Candidate, onNamed: (memberId: string) => void) => Promise<JoinGroupResponse>;
  /** Answered with what the leader has decided; the leader says it with `shares`. */
  readonly sync: (
    joined: JoinGroupResponse,
    shares: syncGroupV5.SyncGroupRequestAssignment[],
  ) => Promise<syncGroupV5.SyncGroupResponse>;
  readonly heartbeat: (standing: Standing) => Promise<void>;
  readonly leave: (memberId: string) => Promise<void>;
}

const protocolType = 'consumer';

export function createClassicRequests(context: MembershipOptions): ClassicRequests {
  const { platformatic, options, cluster, settings } = context;
  const { groupId, instanceId = null, sessionTimeoutMs, rebalanceTimeoutMs } = options;
  const { heartbeatV4, joinGroupV9, leaveGroupV5, syncGroupV5 } = platformatic;
  const ask = async <Answer>(work: (connection: Connection) => Promise<Answer>): Promise<Answer> =>
    context.connections.request(await cluster.coordinatorOf(groupId), sessionTimeoutMs, work);
  const askToJoin = async <Answer>(work: (connection: Connection) => Promise<Answer>): Promise<Answer> => {
    const limitMs = rebalanceTimeoutMs + settings.requestTimeoutMs;
    return context.joins.request(await cluster.coordinatorOf(groupId), limitMs, work);
  };
  const join = ({ memberId, owned, generation }: Candidate): Promise<JoinGroupResponse> => {
    const mode = settings.groupProtocol === 'eager' ? 'eager' : 'cooperative';
    const protocols = offeredProtocols(platformatic, mode, { topic: options.topic, owned, generation });
    return askToJoin((connection) =>
      joinGroupV9.api.async(
        connection,
        groupId,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId,
        instanceId,
        protocolType,
        protocols,
        null,
      ),
    );
  };
  return {
    join: async (candidate, onNamed) => {
      try {
        return await join(candidate);
      } catch (error) {
        const given = (answerIn(error) as JoinGroupResponse | undefined)?.memberId;
        if (errorName(error) !== 'MEMBER_ID_REQUIRED' || given === undefined) throw error;
        onNamed(given);
        return join({ ...candidate, memberId: given });
      }
    },
    sync: ({ generationId, memberId, protocolName }, shares) =>
      askToJoin((connection) =>
        syncGroupV5.api.async(
          connection,
          groupId,
          generationId,
          memberId,
          instanceId,
          protocolType,
          protocolName,
          shares,
        ),
      ),
    heartbeat: async ({ generation, memberId }) => {
      await ask((connection) => heartbeatV4.api.async(connection, groupId, generation, memberId, instanceId));
    },
    leave: async (memberId) => {
      await ask((connection) => leaveGroupV5.api.async(connection, groupId, [{ memberId, reason: 'closed' }]));
    },
  };
}
