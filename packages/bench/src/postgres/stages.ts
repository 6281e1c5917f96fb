import { defineCommand } from '@waybill/core';
import type { Command } from '@waybill/core';
import type { Pool } from 'pg';
import { z } from 'zod';

/** The way of an order; every stage is one row and nothing else. */
export const stages = ['order', 'payment', 'inventory', 'fulfilment', 'notification'] as const;

export type Stage = (typeof stages)[number];

export interface StageMessage {
  readonly orderId: string;
}

const schema = z.object({ orderId: z.string() });

export const stageCommand = (stage: Stage): Command<StageMessage> =>
  defineCommand({
    name: `stage-${stage}`,
    version: 1,
    schema,
    orderingKey: ({ orderId }) => orderId,
    deduplicationKey: ({ orderId }) => orderId,
  });

const stageTable = (stage: Stage): string => `stage_${stage}`;

export async function createStageTables(pool: Pool): Promise<void> {
  for (const stage of stages) await pool.query(`create table ${stageTable(stage)} (order_id text not null)`);
}

export const insertStage = (stage: Stage): string => `insert into ${stageTable(stage)} (order_id) values ($1)`;

export const insertStages = (stage: Stage): string =>
  `insert into ${stageTable(stage)} (order_id) select unnest($1::text[])`;

/** Every order has gone through every stage once. @throws Error when not: then the figure means nothing */
export async function requireOnceEach(pool: Pool, orders: number): Promise<void> {
  for (const stage of stages) {
    const { rows } = await pool.query<{ count: number; different: number }>(
      `select count(*)::int as count, count(distinct order_id)::int as different from ${stageTable(stage)}`,
    );
    const [found] = rows;
    if (found?.count !== orders || found.different !== orders) {
      throw new Error(`${orders} orders left ${found?.count} rows of ${found?.different} orders in ${stage}.`);
    }
    await pool.query(`truncate ${stageTable(stage)}`);
  }
}
