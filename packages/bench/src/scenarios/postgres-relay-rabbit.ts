import { rabbitTransport } from '@waybill/transport-rabbit';
import { alternate, ratioOf } from '../alternate.ts';
import { measurementLines } from '../measurement-lines.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import { keys, onPostgres } from '../postgres/contest.ts';
import type { PostgresContest } from '../postgres/contest.ts';
import { createOutboxStock } from '../postgres/outbox-stock.ts';
import type { OutboxStock } from '../postgres/outbox-stock.ts';
import { relayStock } from '../postgres/relay-stock.ts';
import { relayByHand } from '../postgres/relays-by-hand.ts';
import { onRabbit, partitions } from '../rabbit/contest.ts';
import type { Contest } from '../rabbit/contest.ts';
import { publishMany } from '../rabbit/publish-many.ts';
import { startRabbitBus } from '../rabbit/rabbit-bus.ts';
import { timed } from '../statistics.ts';

const rows = 20_000;
const figures = { rounds: 3, warmUps: 1 };

/** The way from the outbox to quorum queues, as a share of its slower half: a bare claim-and-mark loop, or publishing without an outbox. */
export const postgresRelayRabbit = (): Promise<readonly Measurement[]> =>
  onRabbit('postgres-relay-rabbit', (rabbit) =>
    onPostgres('postgres-relay-rabbit', async (postgres) => {
      const stock = await createOutboxStock(postgres, rows);
      const { bare, publish, relay } = await alternate(
        {
          bare: async () => {
            await stock.putIn();
            return relayByHand(postgres.pool, 'in order');
          },
          publish: () => publishWithoutOutbox(rabbit),
          relay: () => relayToRabbit(rabbit, postgres, stock),
        },
        figures,
      );
      const lower = bare.map((figure, round) => Math.min(figure, publish[round] ?? Number.NaN));
      const { rate, ratio } = measurementLines('PostgreSQL, relay into RabbitMQ', 'rows/s');
      return [
        rate('bare claim and mark of 500 rows', bare),
        rate('bus publishing without an outbox', publish),
        rate('relay', relay),
        ratio('relay / the lower of both', ratioOf(relay, lower), 0.8),
      ];
    }),
  );

async function relayToRabbit(
  { url, freshName }: Contest,
  postgres: PostgresContest,
  stock: OutboxStock,
): Promise<number> {
  const transport = rabbitTransport({ urls: [url], namePrefix: freshName(), partitions, delaysMs: [] });
  // The first send makes the queues, which publishing without an outbox has done before as well.
  await transport.ensureTopology({ channels: [{ kind: 'command', channel: ChargeOrder.name }], subscriptions: [] });
  const { rate } = await relayStock(postgres, stock, { stores: [postgres.store], transport });
  await transport.close();
  return rate;
}

async function publishWithoutOutbox({ url, freshName }: Contest): Promise<number> {
  const bus = await startRabbitBus({ url, namePrefix: freshName() });
  await publishMany((order) => bus.send(ChargeOrder, order), { messages: 1000, keys });
  const ms = await timed(() => publishMany((order) => bus.send(ChargeOrder, order), { messages: rows, keys }));
  await bus.stop();
  return (rows / ms) * 1000;
}
