import type { ChannelAddress, SendOutcome, TransportDriver, TransportSender } from '../driver/index.ts';
import type { OutboxMessage } from './outbox-message.ts';

/** How a batch ended: message by message, or as a whole, when nothing of it was sent. */
export type SendEnd =
  | { readonly outcomes: readonly SendOutcome[] }
  | { readonly outcomes: undefined; readonly error: unknown };

/** The sender of one channel, opened at its first batch and anew after it has thrown. */
export class ChannelSender {
  readonly #transport: TransportDriver;
  readonly #address: ChannelAddress;
  #sender: Promise<TransportSender> | undefined = undefined;

  constructor(transport: TransportDriver, address: ChannelAddress) {
    this.#transport = transport;
    this.#address = address;
  }

  /** Never rejects: `send` tells what went wrong. Opening may take its time, and what is looked at before a send must not be older. */
  async open(): Promise<void> {
    this.#sender ??= this.#open();
    await this.#sender.catch(() => undefined);
  }

  /** Never rejects. */
  async send(batch: readonly OutboxMessage[]): Promise<SendEnd> {
    try {
      this.#sender ??= this.#open();
      const sender = await this.#sender;
      return { outcomes: await sender.sendBatch(batch.map(({ message }) => message)) };
    } catch (error) {
      void this.close();
      return { outcomes: undefined, error };
    }
  }

  async close(): Promise<void> {
    const closing = this.#sender;
    this.#sender = undefined;
    // A sender that did not open, or does not close, has nothing more to tell.
    await closing?.then((sender) => sender.close()).catch(() => undefined);
  }

  async #open(): Promise<TransportSender> {
    await this.#transport.ensureTopology({ channels: [this.#address], subscriptions: [] });
    return this.#transport.openSender(this.#address);
  }
}
