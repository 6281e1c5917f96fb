import type { Emulator } from '../emulator.ts';
import { columns } from '../point.ts';

const expires = '2027-05-31';

/** ministack: the only one whose topics know identities. Keeps a group locked longer than SQS. */
export const ministack: Emulator = {
  kind: 'ministack',
  version: '1.5.33',
  measured: '2026-11-21',
  columns,
  // On a busy machine a thousand messages outlived leases of three seconds.
  pace: { leaseMs: 6000, requestTimeoutMs: 8000 },
  deviations: [
    { point: 'purge-forgets-identities', seen: 'sent again after a purge: nothing', expires },
    { point: 'released-message-comes-first', seen: 'handed out after the first of two was released: nothing', expires },
    {
      point: 'extended-message-holds-those-behind-it',
      seen: 'handed out while the second of three is extended: nothing',
      expires,
    },
    { point: 'expired-receipt-is-refused', seen: 'delete after the timeout: accepted, then nothing', expires },
    { point: 'attempt-id-repeats-a-receive', seen: 'the repeated receive gave: nothing', expires },
    { point: 'attributes-count-as-bytes', seen: '1 MiB less 2 bytes, and an attribute: accepted', expires },
    { point: 'ten-attributes', seen: 'ten and eleven attributes: accepted, accepted', expires },
    { point: 'one-bad-entry', seen: 'a batch with a delay of 901 s in it: 2 taken, 0 failed', expires },
    { point: 'names-of-groups', seen: 'a long group, and a space: accepted, accepted', expires },
    { point: 'redrive-keeps-the-message-id', seen: 'moved with: its MessageId, group g, identity identity', expires },
    { point: 'redrive-needs-its-own-kind', seen: 'a standard queue behind a FIFO queue: accepted', expires },
    { point: 'deleted-name-is-closed-for-a-minute', seen: 'created again after a delete: accepted', expires },
    { point: 'identity-of-a-topic-group', seen: 'delivered of a1, b1, a2: a1', expires },
    { point: 'standard-topic-refuses-a-fifo-queue', seen: 'a FIFO queue at a standard topic: accepted', expires },
    { point: 'subscription-has-dead-letters', seen: 'the dead letters of the subscription have: nothing', expires },
    { point: 'strangers-are-refused', seen: 'a call of a stranger: accepted', expires },
    { point: 'queue-policy-is-obeyed', seen: 'without a policy the queue got: m1', expires },
    { point: 'messages-survive-a-crash', seen: 'after a crash the queue gave: QueueDoesNotExist', expires },
  ],
};
