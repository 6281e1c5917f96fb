import { createClosableSender } from '@waybill/core/driver';
import type { SendOutcome, TransportMessage, TransportSender } from '@waybill/core/driver';
import { KafkaTransportError } from '../kafka-error.ts';
import { toRecord } from '../message/to-record.ts';
import type { KafkaSettings } from '../options.ts';
import { checkMessage } from './check-message.ts';
import type { Lanes } from './lanes.ts';
import { partitionOf } from './partition-of.ts';
import { createSendCall } from './send-call.ts';
import type { SendCall } from './send-call.ts';

export interface KafkaSenderOptions {
  readonly settings: Pick<KafkaSettings, 'clock' | 'partitions' | 'publishTimeoutMs' | 'messageBytesMax'>;
  readonly lanes: Lanes;
  readonly topic: string;
}

/**
 * Spreads a call over the lanes of its partitions. What no lane could begin with within `publishTimeoutMs` was certainly not sent; a batch that
 * a lane has begun has that long again.
 */
export function createKafkaSender({ settings, lanes, topic }: KafkaSenderOptions): TransportSender {
  const { clock, partitions, publishTimeoutMs, messageBytesMax } = settings;
  let turn = 0;

  const place = (messages: readonly TransportMessage[], call: SendCall): void => {
    const nowMs = clock.now();
    // Without a key a whole call goes to one partition and the next call to the next: larger batches than one message each.
    turn = (turn + 1) % partitions;
    for (const [index, message] of messages.entries()) {
      const { key } = message;
      const bytes = checkMessage(message, messageBytesMax);
      if (typeof bytes === 'object') {
        if (key !== undefined) call.stop(key, index);
        call.settle(index, { status: 'rejected', error: bytes });
        continue;
      }
      const record = toRecord(message, nowMs);
      const partition = record.key === null ? turn : partitionOf(record.key, partitions);
      lanes.laneOf(topic, partition).push({ call, index, key, record, bytes });
    }
  };

  const send = async (messages: readonly TransportMessage[]): Promise<readonly SendOutcome[]> => {
    const call = createSendCall(messages.length);
    const deadline = clock.after(publishTimeoutMs, () => call.expire(overdue()));
    try {
      place(messages, call);
      return await call.outcomes;
    } finally {
      deadline.cancel();
    }
  };

  return createClosableSender({
    send,
    closedError: () => new KafkaTransportError('closed', 'The sender is closed.'),
  });
}

function overdue(): SendOutcome {
  const text = 'The partition took nothing within publishTimeoutMs; the message was not sent.';
  return { status: 'rejected', error: new KafkaTransportError('publish-overdue', text) };
}
