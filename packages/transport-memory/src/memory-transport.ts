import type { TransportDriver } from '@waybill/core/driver';
import { createMemoryBroker } from './broker/memory-broker.ts';
import type { MemoryBroker } from './broker/memory-broker.ts';
import type { ObjectStore } from './broker/object-store.ts';
import { createCallGate } from './call-gate.ts';
import { codeOfMemoryError, MemoryBrokerError } from './memory-error-codes.ts';
import type { MemoryTransportOptions } from './memory-options.ts';
import { createMemoryReceiver } from './memory-receiver.ts';
import type { MemoryReceiver } from './memory-receiver.ts';
import { createMemorySender } from './memory-sender.ts';
import type { MemorySender } from './memory-sender.ts';
import { capabilitiesOf } from './profiles/capabilities-of.ts';
import { valuesOf } from './profiles/parameter.ts';

export interface MemoryTransport extends TransportDriver {
  /** What outlives this transport; give it to another one to restart or to add a process. */
  readonly broker: MemoryBroker;
  /** What a profile without a receive call has written. */
  readonly objects: ObjectStore;
  /**
   * Ends this process as `kill -9` would: nothing is given back, leases run out by the clock, nobody is told, and calls under way or
   * made later never end.
   */
  readonly abandon: () => void;
}

/** A transport inside this process, with the semantics of its broker's profile. */
export function memoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  const broker = 'broker' in options ? options.broker : createMemoryBroker(options);
  const { profile, clock } = broker;
  const limits = profile.kind === 'queue' ? valuesOf(profile.parameters) : undefined;
  const gate = createCallGate('transport');
  const open = new Set<MemorySender | MemoryReceiver>();

  const keep = <Opened extends MemorySender | MemoryReceiver>(opened: Opened): Opened => {
    open.add(opened);
    const close = async (): Promise<void> => {
      open.delete(opened);
      await opened.close();
    };
    return { ...opened, close };
  };

  return {
    specVersion: 1,
    name: profile.name === 'plain' ? 'memory' : `memory:${profile.name}`,
    capabilities: capabilitiesOf(profile),
    broker,
    objects: broker.objects,
    ensureTopology: (topology) => gate.pass(() => broker.ensureTopology(topology)),
    openSender: (channel) => gate.pass(() => keep(createMemorySender(broker.channelOf(channel)))),
    openReceiver: (subscription, receiver) =>
      gate.pass(() => {
        const queue = broker.channelOf(subscription).queueOf(subscription.group);
        if (limits === undefined)
          throw new MemoryBrokerError('no-receive-call', `${profile.name} has no receive call.`);
        return keep(createMemoryReceiver({ queue, clock, limits, receiver }));
      }),
    inspect: (subscription) => gate.pass(() => broker.channelOf(subscription).inspect(subscription.group)),
    codeOf: codeOfMemoryError,
    close: async () => {
      gate.close();
      await Promise.all([...open].map((opened) => opened.close()));
      open.clear();
    },
    abandon: () => {
      gate.abandon();
      for (const opened of open) opened.abandon();
      open.clear();
    },
  };
}
