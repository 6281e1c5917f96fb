import type { BusEvent, BusObserver } from '../bus/bus-event.ts';
import type { ChannelAddress, TransportMessage } from '../driver/index.ts';
import type { PublishResult } from './publish-entry.ts';
import type { PublishPort } from './publish-port.ts';

/**
 * Tells the observer how every publish through a port ends, whoever publishes. What an outbox confirms is only committed: the relay
 * tells when the broker has it.
 */
export function observedPort(
  port: PublishPort,
  observe: BusObserver | undefined,
  confirmedBy: 'broker' | 'outbox',
): PublishPort {
  if (observe === undefined) return port;
  return {
    get unconfirmed() {
      return port.unconfirmed;
    },
    publish: (address, message, settle) =>
      port.publish(address, message, (result) => {
        if (result.status !== 'confirmed' || confirmedBy === 'broker') observe(toEvent(address, message, result));
        settle(result);
      }),
    codeOf: port.codeOf,
    close: port.close,
  };
}

function toEvent({ channel }: ChannelAddress, message: TransportMessage, { status }: PublishResult): BusEvent {
  if (status === 'confirmed') return { event: 'published', channel, message };
  return { event: 'publish-failed', channel, message, code: `publish-${status}` };
}
