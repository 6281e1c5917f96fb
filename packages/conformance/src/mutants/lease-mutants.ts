import type { TransportDriver } from '@waybill/core/driver';
import type { DriverChanges } from '../stage/wrap-driver.ts';
import { receives } from './change-driver.ts';
import type { Mutant } from './mutant.ts';

/** What a driver can do wrong with leases. */
export const leaseMutants: readonly Mutant[] = [
  {
    name: 'a lease never ends',
    killedBy: 'ACK-7',
    finding: 'what the other got after the lease',
    mutate: () => ({ driver: leasesTimes(1000) }),
  },
  {
    name: 'a lease ends long before its time',
    killedBy: 'ACK-7',
    finding: 'what the other got while the lease held',
    mutate: () => ({ driver: leasesTimes(0.1) }),
  },
  {
    name: 'an extension extends nothing',
    killedBy: 'ACK-8',
    finding: 'what the other got meanwhile',
    mutate: () => receives(() => ({ extendBatch: async (receipts) => receipts.map(() => 'extended') })),
  },
  {
    name: 'an extension is for less than a tenth of what was asked',
    killedBy: 'BP-7',
    finding: 'calls of a handler',
    mutate: () =>
      receives((receiver) => ({ extendBatch: (receipts, leaseMs) => receiver.extendBatch(receipts, leaseMs * 0.09) })),
  },
  {
    name: 'a lost lease is not told',
    killedBy: 'ACK-9',
    finding: 'the loss is told',
    mutate: () => ({ driver: () => ({ receiverOptions: (options) => ({ ...options, onLost: () => undefined }) }) }),
  },
  {
    name: 'every settlement is said to be settled',
    killedBy: 'ACK-9',
    finding: 'the late acceptance is not answered with settled',
    mutate: () =>
      receives((receiver) => ({
        settleBatch: async (settlements) => {
          await receiver.settleBatch(settlements);
          return settlements.map(() => ({ status: 'settled' }));
        },
      })),
  },
];

function leasesTimes(factor: number): (driver: TransportDriver) => DriverChanges {
  return (driver) => ({
    receiverOptions: (options) => ({ ...options, leaseMs: options.leaseMs * factor }),
    driver: {
      ensureTopology: ({ channels, subscriptions }) =>
        driver.ensureTopology({
          channels,
          subscriptions: subscriptions.map((each) => ({ ...each, leaseMs: each.leaseMs * factor })),
        }),
    },
  });
}
