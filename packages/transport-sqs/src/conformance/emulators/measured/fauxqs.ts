import type { Emulator } from '../emulator.ts';
import { columns } from '../point.ts';

const expires = '2027-05-31';

/** fauxqs with its data on disk: hands out one message of a group at a time, takes any receipt, and checks few limits. */
export const fauxqs: Emulator = {
  kind: 'fauxqs',
  version: '2.4.1',
  measured: '2026-11-21',
  configuration: { dataDir: 'data' },
  columns,
  deviations: [
    {
      point: 'characters-beyond-the-first-plane',
      seen: 'a body with U+1F9FE: InvalidMessageContents',
      expires,
      mayFail: ['PAY-5', 'PAY-8'],
    },
    { point: 'a-busy-queue-forgets-nothing', seen: 'waiting after 11,000 others and the first again: 11001', expires },
    { point: 'identity-of-a-group', seen: 'delivered of a1, b1, a2, b2: a1', expires },
    { point: 'purge-forgets-identities', seen: 'sent again after a purge: nothing', expires },
    { point: 'topic-knows-identities', seen: 'the early and the late queue got: first and again', expires },
    { point: 'ten-of-a-group-in-one-receive', seen: 'one receive gave: g1', expires, mayFail: ['FLT-9'] },
    { point: 'group-waits-for-all-in-flight', seen: 'one receive gives no two of a group', expires },
    { point: 'released-message-comes-first', seen: 'one receive gives no two of a group', expires },
    { point: 'later-release-waits-for-the-first', seen: 'one receive gives no two of a group', expires },
    { point: 'extended-message-holds-those-behind-it', seen: 'one receive gives no two of a group', expires },
    { point: 'expired-receipt-is-refused', seen: 'delete after the timeout: accepted, then nothing', expires },
    { point: 'superseded-receipt-is-refused', seen: 'delete with the first of two receipts: accepted', expires },
    { point: 'foreign-receipt-is-refused', seen: 'delete with a made-up receipt: accepted', expires },
    { point: 'attempt-id-repeats-a-receive', seen: 'the repeated receive gave: nothing', expires },
    { point: 'ten-attributes', seen: 'ten and eleven attributes: accepted, accepted', expires },
    { point: 'one-bad-entry', seen: 'a batch with a delay of 901 s in it: 2 taken, 0 failed', expires },
    { point: 'names-of-groups', seen: 'a long group, and a space: accepted, accepted', expires },
    { point: 'group-on-a-standard-queue', seen: 'a group on a standard queue: accepted, with none', expires },
    { point: 'redrive-keeps-the-message-id', seen: 'moved with: its MessageId, group g, identity identity', expires },
    { point: 'redrive-needs-its-own-kind', seen: 'a standard queue behind a FIFO queue: accepted', expires },
    { point: 'deleted-name-is-closed-for-a-minute', seen: 'created again after a delete: accepted', expires },
    { point: 'identity-of-a-topic-group', seen: 'delivered of a1, b1, a2: a1', expires },
    { point: 'standard-topic-refuses-a-fifo-queue', seen: 'a FIFO queue at a standard topic: accepted', expires },
    { point: 'subscription-has-dead-letters', seen: 'the dead letters of the subscription have: nothing', expires },
    { point: 'strangers-are-refused', seen: 'a call of a stranger: accepted', expires },
    { point: 'queue-policy-is-obeyed', seen: 'without a policy the queue got: m1', expires },
  ],
};
