import type {
  ReceiverOptions,
  SubscriptionAddress,
  TransportDriver,
  TransportReceiver,
  TransportSender,
} from '@waybill/core/driver';

export interface DriverChanges {
  readonly sender?: (sender: TransportSender) => Partial<TransportSender>;
  readonly receiver?: (receiver: TransportReceiver, address: SubscriptionAddress) => Partial<TransportReceiver>;
  /** In place of `openReceiver`. */
  readonly openReceiver?: TransportDriver['openReceiver'];
  readonly receiverOptions?: (options: ReceiverOptions) => ReceiverOptions;
  readonly driver?: Partial<TransportDriver>;
}

/** The same driver with some functions exchanged: for faults that a case makes on purpose, and for mutants. */
export function wrapDriver(driver: TransportDriver, changes: DriverChanges): TransportDriver {
  const { openReceiver = driver.openReceiver, receiverOptions = (options) => options } = changes;
  return {
    ...driver,
    openSender: async (channel) => {
      const sender = await driver.openSender(channel);
      return { ...sender, ...changes.sender?.(sender) };
    },
    openReceiver: async (address, options) => {
      const receiver = await openReceiver(address, receiverOptions(options));
      return { ...receiver, ...changes.receiver?.(receiver, address) };
    },
    ...changes.driver,
  };
}
