import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { identity, number, openKey } from '../testing/some-claims.ts';
import { stateOf } from '../testing/state-of.ts';
import { createMakeClaims } from './create-make-claims.ts';

const server = await findBroker('postgres', 'that claims cost the same however many rows are kept');

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

interface Explained {
  readonly Plan: PlanNode & { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number };
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

describe.skipIf(server === undefined)('the plan of a claim on PostgreSQL', { timeout: 60_000 }, async () => {
  if (server === undefined) return;
  const database = pgDatabase({ url: server.address });
  const { query } = await stateOf(database);
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  const fill = async (): Promise<void> => {
    await query(`insert into "waybill".cursors select 's', 'c', 'k-' || n, 'e', 1 from generate_series(1, 100000) n`);
    await query(`insert into "waybill".inbox select 's', 'k-' || n, 'f' from generate_series(1, 100000) n`);
  };
  const key = (at: number): string => `k-${at}`;
  const claims = Array.from({ length: 20 }, (_, at) => at + 500).flatMap((at) => [
    identity({ scope: 's', key: key(at) }),
    number(2, { scope: 's', channel: 'c', key: key(at) }),
    openKey(key(at)),
  ]);

  test('the plan that was made while the tables were empty goes by the indexes when they are full', async () => {
    await database.transaction(async ({ query: send }) => {
      await send('set local plan_cache_mode = force_generic_plan');
      let explained: Explained | undefined;
      // Stands between the claims and the server: prepares the statement, lets the tables fill, and looks at how it is run.
      const watched: SqlQuery = async (text, values = []) => {
        await send(`prepare claims (text) as ${text}`);
        const asked = `'${String(values[0]).replaceAll("'", "''")}'`;
        await send(`explain execute claims (${asked})`);
        await fill();
        const { rows } = await send(`explain (analyze, buffers, format json) execute claims (${asked})`);
        const [row = {}] = rows;
        [explained] = row['QUERY PLAN'] as readonly [Explained];
        return { rows: [] };
      };
      await createMakeClaims({ schema: '"waybill"' })(watched, claims);
      expect(explained).toBeDefined();
      const nodes = explained === undefined ? [] : nodesOf(explained.Plan);
      expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      const blocks = (explained?.Plan['Shared Hit Blocks'] ?? 0) + (explained?.Plan['Shared Read Blocks'] ?? 0);
      expect(blocks).toBeGreaterThan(0);
      expect(blocks).toBeLessThan(2000);
    });
  });
});
