import type { Assignment, MemberOptions } from '../kafka-member.ts';
import type { Connections } from './connections.ts';
import type { RequestContext } from './request-context.ts';

/** What becomes of a member in its group. */
export interface GroupEvents {
  /** Resolves when the commits that were started because of it are answered. */
  readonly onRebalancing: () => Promise<void>;
  readonly onAssigned: (assignment: Assignment) => void;
  readonly onHeartbeat: (ageMs: number) => void;
  readonly onDown: (error: unknown) => void;
}

/** Its `connections` are for all but joining. */
export interface MembershipOptions extends RequestContext {
  readonly options: MemberOptions;
  /** A join is answered when all members have joined; a commit or a heartbeat must not wait behind it. */
  readonly joins: Connections;
  readonly events: GroupEvents;
  readonly signal: AbortSignal;
}

/** Under what a member commits. */
export interface Standing {
  readonly memberId: string;
  readonly generation: number;
}

/** One protocol of membership, step by step: whoever drives it waits between failed steps. */
export interface GroupMembership {
  /** Joins, or waits for the next heartbeat and sends it. */
  readonly step: () => Promise<void>;
  /** After a failed step. Answers how long to wait, `undefined` for as long as after any failure. */
  readonly recover: (error: unknown) => Promise<number | undefined>;
  /** `undefined` while the member is out of the group. While it joins, that of its new share, if what it had is still its own under that. */
  readonly standing: () => Promise<Standing | undefined>;
  /** Ends the wait for the next heartbeat: something hints that the group has gone on, or the member closes. */
  readonly hurry: () => void;
  /** The topic is refused: the member leaves with the next step, and comes back when it can read. */
  readonly giveUp: (error: Error) => void;
  /** Tells the group. Without a name of its own a member is gone at once; with one its partitions wait for it as long as a session. */
  readonly leave: () => Promise<void>;
}

/** A coordinator that is about to answer: nobody needs to hear of it. */
export const passing: ReadonlySet<string> = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);

/** Of a topic: asking again changes nothing until somebody has created or allowed something. A group must not wait for such a member. */
export const refusals: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'TOPIC_AUTHORIZATION_FAILED',
]);
