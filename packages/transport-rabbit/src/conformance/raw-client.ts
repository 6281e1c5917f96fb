import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel } from 'amqplib';

/** The plain library on a connection of its own, past the driver under test. */
export interface RawClient {
  /** Does the work on a channel that is thrown away, since a refusal costs it. */
  readonly use: <Result>(work: (channel: ConfirmChannel) => Promise<Result>) => Promise<Result>;
  readonly close: () => Promise<void>;
}

export function createRawClient(address: string): RawClient {
  let connection: Promise<ChannelModel> | undefined;

  /** Made again when the broker had ended it, as a restart of the broker does. */
  const connected = async (): Promise<ChannelModel> => {
    connection ??= connect(address, { timeout: 5000 }).then((model) => {
      model.on('error', () => undefined);
      model.on('close', () => {
        connection = undefined;
      });
      return model;
    });
    try {
      return await connection;
    } catch (error) {
      connection = undefined;
      throw error;
    }
  };

  return {
    use: async (work) => {
      const channel = await (await connected()).createConfirmChannel();
      channel.on('error', () => undefined);
      try {
        return await work(channel);
      } finally {
        await channel.close().catch(() => undefined);
      }
    },
    close: async () => {
      const model = await connection?.catch(() => undefined);
      await model?.close().catch(() => undefined);
    },
  };
}
