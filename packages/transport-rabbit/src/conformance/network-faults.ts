import type { BrokenNetwork, NetworkFault } from '@waybill/conformance';
import type { Proxy, Toxic } from '@waybill/conformance/proxy';

/** What each fault of the suite is on an AMQP connection. */
const toxics: Readonly<Record<NetworkFault, Toxic>> = {
  reset: { kind: 'reset' },
  'black-hole': { kind: 'black-hole' },
  'lose-confirm': { kind: 'cut', at: 'amqp.confirm', deliver: false, times: 1 },
  'lose-accept': { kind: 'cut', at: 'amqp.ack', deliver: false, times: 1 },
};

/** Breaks the connections that go through this proxy. */
export function breakConnections(proxy: Proxy, how: NetworkFault): BrokenNetwork {
  const toxic = proxy.addToxic(toxics[how]);
  return {
    landed: () => toxic.hits,
    heal: async () => {
      toxic.remove();
      // What a black hole has swallowed would be missed in the middle of a stream.
      if (how === 'black-hole') await proxy.cutAll();
    },
  };
}
