import type { TransportSender } from '@waybill/core/driver';
import type { Channel } from './broker/channel.ts';
import { createCallGate } from './call-gate.ts';

/** A sender and the end of its process. */
export interface MemorySender extends TransportSender {
  readonly abandon: () => void;
}

/** A send is over in the turn it is made, so there are never calls under way to wait for. */
export function createMemorySender(channel: Channel): MemorySender {
  const gate = createCallGate('sender');
  return {
    sendBatch: (messages) => gate.pass(() => channel.send(messages)),
    close: async () => {
      gate.close();
    },
    abandon: gate.abandon,
  };
}
