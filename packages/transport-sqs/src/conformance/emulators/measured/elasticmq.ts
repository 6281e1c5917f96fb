import type { Emulator } from '../emulator.ts';

const expires = '2027-05-31';

/** ElasticMQ: queues only. The only one with `ReceiveRequestAttemptId`, and with all limits but one. */
export const elasticmq: Emulator = {
  kind: 'elasticmq',
  version: '1.7.1',
  measured: '2026-11-21',
  columns: ['sqs-fifo', 'sqs-standard'],
  // With twenty programs on two cores a deletion took up to eight seconds, and a lease of six had ended.
  pace: { leaseMs: 10_000, requestTimeoutMs: 12_000 },
  deviations: [
    {
      point: 'there-are-topics',
      seen: 'a topic: refused',
      expires,
      // Cases of groups make topics, also where the column is of queues.
      mayFail: [
        'DEL-5',
        'DEL-6',
        'DEL-8',
        'ORD-12',
        'DUP-6',
        'FAN-1',
        'FAN-6',
        'FAN-7',
        'FAN-8',
        'FAN-9',
        'RTY-12',
        'OBS-1',
        'OBS-2',
      ],
    },
    { point: 'identity-of-a-group', seen: 'delivered of a1, b1, a2, b2: a1', expires },
    { point: 'expired-receipt-is-refused', seen: 'delete after the timeout: accepted, then nothing', expires },
    { point: 'bytes-of-a-batch', seen: 'batches of 1 MiB and a byte more: accepted, InvalidAttributeValue', expires },
    {
      point: 'bytes-of-a-message',
      seen: 'messages of 1 MiB and a byte more: accepted, InvalidAttributeValue',
      expires,
    },
    { point: 'attributes-count-as-bytes', seen: '1 MiB less 2 bytes, and an attribute: accepted', expires },
    { point: 'characters-of-a-body', seen: 'a body with U+0000: InvalidAttributeValue', expires },
    { point: 'redrive-needs-its-own-kind', seen: 'a standard queue behind a FIFO queue: accepted', expires },
    { point: 'deleted-name-is-closed-for-a-minute', seen: 'created again after a delete: accepted', expires },
    { point: 'strangers-are-refused', seen: 'a call of a stranger: accepted', expires },
    { point: 'messages-survive-a-crash', seen: 'after a crash the queue gave: QueueDoesNotExist', expires },
  ],
};
