import { openShop } from './open-shop.ts';
import type { Shop } from './open-shop.ts';
import type { ShopOrder, ShopReport } from './shop-protocol.ts';
import { createStrikePoint } from './strike-point.ts';

/** The program of a shop in a process of its own. It runs until it is killed. */
function main(): void {
  const tell = (report: ShopReport): void => void process.send?.(report);
  const strikes = createStrikePoint(tell);
  let shop: Shop | undefined;

  const answer = async (id: number, work: (opened: Shop) => Promise<void>): Promise<void> => {
    if (shop === undefined) throw new Error('The shop is not open.');
    const error = await work(shop).then(
      () => undefined,
      (reason: unknown) => String(reason),
    );
    tell({ report: 'answered', id, error });
  };

  const obey = async (order: ShopOrder): Promise<void> => {
    switch (order.order) {
      case 'open':
        shop = await openShop(order.settings, strikes, tell);
        tell({ report: 'open' });
        return;
      case 'aim':
        strikes.aim(order.aim);
        return;
      case 'armed':
        strikes.armed();
        return;
      case 'place':
        await answer(order.id, ({ place }) => place(order.orders));
        return;
      case 'replay':
        await answer(order.id, ({ replay }) => replay());
    }
  };

  // Without its parent nobody would end it.
  process.on('disconnect', () => process.exit(1));
  process.on('message', (order: ShopOrder) => {
    obey(order).catch((error: unknown) => tell({ report: 'crashed', reason: String(error) }));
  });
}

main();
