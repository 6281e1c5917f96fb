import { pause } from '@waybill/core/driver';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import type { RabbitSettings } from '../options.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import { closeModel, cutModel } from './close-model.ts';
import { createListeners } from './listeners.ts';
import type { ManagedConnection } from './managed-connection.ts';
import { openConnection } from './open-connection.ts';
import type { ConnectionPurpose } from './open-connection.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';

/**
 * The connections of a transport are apart: a memory alarm stops everything on a publishing one, acks too, and a channel error with
 * deliveries in flight takes its whole connection along. So an error of a channel ends the connection at once where anything could
 * be in flight; only on the one for topology, without deliveries and publishes, does the channel alone end.
 * amqplib's own recovery is not used: it renews neither channels nor consumers.
 */
export function createConnection(settings: RabbitSettings, purpose: ConnectionPurpose): ManagedConnection {
  const { clock, random, reconnectMs, urls } = settings;
  const lost = createListeners<Error>();
  const unblocked = createListeners<void>();
  const closing = new AbortController();
  let opened: Promise<ChannelModel> | undefined;
  let live: ChannelModel | undefined;
  let failures = 0;
  let isBlocked = false;
  let turn = Math.floor(random() * urls.length);
  let closed: Promise<void> | undefined;

  const setBlocked = (blocked: boolean): void => {
    isBlocked = blocked;
    if (!blocked) unblocked.tell();
  };

  const lose = (model: ChannelModel, error: Error): void => {
    if (live !== model) return;
    live = undefined;
    opened = undefined;
    turn += 1;
    cutModel(model, error);
    setBlocked(false);
    lost.tell(error);
  };

  const adopt = (model: ChannelModel): ChannelModel => {
    watch(model, { onLost: (error) => lose(model, error), onBlocked: setBlocked });
    if (closing.signal.aborted) {
      cutModel(model, closedError());
      throw closedError();
    }
    live = model;
    failures = 0;
    return model;
  };

  const connectAgain = async (): Promise<ChannelModel> => {
    await pause(clock, reconnectDelayMs(failures, reconnectMs, random), closing.signal);
    if (closing.signal.aborted) throw closedError();
    try {
      return adopt(await openConnection(settings, purpose, turn));
    } catch (error) {
      failures += 1;
      opened = undefined;
      throw error;
    }
  };

  function openChannel(kind: 'plain'): Promise<Channel>;
  function openChannel(kind: 'confirm'): Promise<ConfirmChannel>;
  async function openChannel(kind: 'plain' | 'confirm'): Promise<Channel> {
    if (closing.signal.aborted) throw closedError();
    opened ??= connectAgain();
    const model = await opened;
    const channel = await openOn(model, kind, lose);
    channel.on('error', (error) => {
      if (purpose !== 'topology') lose(model, error);
    });
    return channel;
  }

  return {
    openChannel,
    onLost: lost.add,
    isBlocked: () => isBlocked,
    onUnblocked: unblocked.add,
    close: () => {
      closing.abort();
      closed ??= live === undefined ? Promise.resolve() : closeModel(live, settings);
      return closed;
    },
  };
}

async function openOn(
  model: ChannelModel,
  kind: 'plain' | 'confirm',
  lose: (model: ChannelModel, error: Error) => void,
): Promise<Channel> {
  try {
    return await (kind === 'confirm' ? model.createConfirmChannel() : model.createChannel());
  } catch (error) {
    // The connection ended before anybody listened to it.
    if (error instanceof Error && error.name === 'IllegalOperationError') lose(model, error);
    throw error;
  }
}

interface Watch {
  readonly onLost: (error: Error) => void;
  readonly onBlocked: (isBlocked: boolean) => void;
}

function watch(model: ChannelModel, { onLost, onBlocked }: Watch): void {
  model.on('error', onLost);
  // A close forced by the broker (320) comes without an `error` event.
  model.on('close', (error) => onLost(error ?? endedError()));
  model.on('blocked', () => onBlocked(true));
  model.on('unblocked', () => onBlocked(false));
}

function endedError(): RabbitTransportError {
  return new RabbitTransportError('connection-lost', 'The connection to RabbitMQ ended.');
}

function closedError(): RabbitTransportError {
  return new RabbitTransportError('closed', 'The transport is closed.');
}
