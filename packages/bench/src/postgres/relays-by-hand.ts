import type { Pool } from 'pg';
import { timed } from '../statistics.ts';

interface ClaimedRow {
  readonly id: string;
  readonly body: string;
}

const inOrder =
  'select id, envelope, body_text as body from waybill.outbox order by id limit 500 for update skip locked';

/** Only the first row of a key may be claimed, so that keys keep their order with any number of relays. */
const headsOnly = `select o.id, o.envelope, o.body_text as body from waybill.outbox o
  where not exists (
    select from waybill.outbox p where p.channel = o.channel and p.key = o.key and p.id < o.id
  )
  order by o.id limit 500 for update of o skip locked`;

/** What claims only heads looks for them by this. It belongs to that contestant: the others shall not pay for it. */
export const createHeadIndex = (pool: Pool): Promise<unknown> =>
  pool.query('create index outbox_heads on waybill.outbox (channel, key, id)');

export const dropHeadIndex = (pool: Pool): Promise<unknown> => pool.query('drop index waybill.outbox_heads');

/**
 * A relay as it is often written: claims up to 500 rows, sends them and marks them by deleting them, in one transaction. Here it sends to
 * nobody. Answers rows a second until the outbox is empty.
 */
export async function relayByHand(pool: Pool, claim: 'in order' | 'heads only'): Promise<number> {
  const statement = claim === 'in order' ? inOrder : headsOnly;
  const client = await pool.connect();
  let sent = 0;
  const ms = await timed(async () => {
    for (;;) {
      await client.query('begin');
      const { rows } = await client.query<ClaimedRow>(statement);
      await client.query('delete from waybill.outbox where id = any ($1)', [rows.map(({ id }) => id)]);
      await client.query('commit');
      sent += rows.length;
      if (rows.length === 0) return;
    }
  });
  client.release();
  return (sent / ms) * 1000;
}
