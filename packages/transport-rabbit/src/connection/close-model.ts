import type { ChannelModel } from 'amqplib';
import type { RabbitSettings } from '../options.ts';
import { internalsOf } from './internals-of.ts';

/** Says goodbye, and stops waiting after `connectTimeoutMs`: a frozen broker, or a socket that was destroyed, never answers. */
export function closeModel(
  model: ChannelModel,
  { clock, connectTimeoutMs }: Pick<RabbitSettings, 'clock' | 'connectTimeoutMs'>,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      resolve();
    };
    const timer = clock.after(connectTimeoutMs, () => {
      cutModel(model, new Error('RabbitMQ did not answer to the closing of the connection.'));
      resolve();
    });
    goodbye(model).then(end, end);
  });
}

/** `close` of amqplib throws at once where the connection has ended already. */
async function goodbye(model: ChannelModel): Promise<void> {
  await model.close();
}

/**
 * Ends the connection without a word. With an error, because amqplib hears of nothing else: a socket destroyed in silence would
 * leave every confirm and every answer pending for ever. Does nothing to one that has ended.
 */
export function cutModel(model: ChannelModel, error: Error): void {
  // amqplib offers no other way to end a hanging connection.
  internalsOf(model).stream?.destroy(error);
}
