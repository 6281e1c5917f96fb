import type { PostgresContest } from './contest.ts';
import type { OrderContestant } from './order-contestant.ts';
import { insertStage, stages } from './stages.ts';

/** A durable workflow with a step for each stage, and the order's id as its idempotency key. Steps run at least once. */
export async function ordersOnDbos({ url, pool }: PostgresContest): Promise<OrderContestant> {
  // Loaded only where it is measured: it registers itself with the process.
  const { DBOS } = await import('@dbos-inc/dbos-sdk');
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    systemDatabasePoolSize: 20,
    runAdminServer: false,
    logLevel: 'error',
  });
  const workflow = DBOS.registerWorkflow(
    async (orderId: string): Promise<void> => {
      for (const stage of stages) {
        await DBOS.runStep(async () => void (await pool.query(insertStage(stage), [orderId])), { name: stage });
      }
    },
    { name: 'order' },
  );
  await DBOS.launch();
  return {
    place: async (orderId) => {
      const handle = await DBOS.startWorkflow(workflow, { workflowID: orderId })(orderId);
      await handle.getResult();
    },
    stop: () => DBOS.shutdown(),
  };
}
