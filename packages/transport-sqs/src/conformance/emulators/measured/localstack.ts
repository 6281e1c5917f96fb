import type { Emulator } from '../emulator.ts';
import { columns } from '../point.ts';

const expires = '2027-05-31';

/** LocalStack: the only one that refuses an expired receipt and forgets identities with a purge. Its group lock has holes. */
export const localstack: Emulator = {
  kind: 'localstack',
  version: '4.10.0',
  measured: '2026-11-21',
  columns,
  // It loads a service when that is first asked, which on a busy machine took longer than four seconds. With leases of ten seconds a
  // connection was hung up between two extensions.
  pace: { leaseMs: 6000, requestTimeoutMs: 12_000 },
  deviations: [
    { point: 'identity-of-a-group', seen: 'delivered of a1, b1, a2, b2: a1,a2,b1,b2', expires },
    { point: 'topic-knows-identities', seen: 'the early and the late queue got: first and again', expires },
    { point: 'released-message-comes-first', seen: 'handed out after the first of two was released: g1,g3', expires },
    {
      point: 'later-release-waits-for-the-first',
      seen: 'handed out after the second of two was released: g2,g3',
      expires,
    },
    {
      point: 'extended-message-holds-those-behind-it',
      seen: 'handed out while the second of three is extended: g1,g3',
      expires,
    },
    { point: 'superseded-receipt-is-refused', seen: 'delete with the first of two receipts: accepted', expires },
    { point: 'attempt-id-repeats-a-receive', seen: 'the repeated receive gave: nothing', expires },
    { point: 'ten-attributes', seen: 'ten and eleven attributes: accepted, accepted', expires },
    { point: 'one-bad-entry', seen: 'a batch with a delay of 901 s in it: 2 taken, 0 failed', expires },
    { point: 'redrive-keeps-the-message-id', seen: 'moved with: its MessageId, group g, identity identity', expires },
    { point: 'redrive-needs-its-own-kind', seen: 'a standard queue behind a FIFO queue: accepted', expires },
    { point: 'deleted-name-is-closed-for-a-minute', seen: 'created again after a delete: accepted', expires },
    { point: 'identity-of-a-topic-group', seen: 'delivered of a1, b1, a2: a1,a2,b1', expires },
    { point: 'strangers-are-refused', seen: 'a call of a stranger: accepted', expires },
    { point: 'queue-policy-is-obeyed', seen: 'without a policy the queue got: m1', expires },
    { point: 'messages-survive-a-crash', seen: 'after a crash the queue gave: QueueDoesNotExist', expires },
  ],
};
