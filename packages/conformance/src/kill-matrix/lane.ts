import { startProxy } from '../proxy/index.ts';
import type { ProxyTarget } from '../proxy/index.ts';
import { addressAt } from './address-at.ts';
import type { BrokerSite } from './matrix-broker.ts';
import type { MatrixFigures } from './matrix-figures.ts';
import { startShopProcess } from './shop-process.ts';
import type { ShopEvents, ShopProcess } from './shop-process.ts';
import { createShopTables } from './shop-tables.ts';
import type { ShopTables } from './shop-tables.ts';
import type { ShopSettings } from './shop/shop-protocol.ts';
import { strikeVictim } from './strike-victim.ts';
import type { StrikeUnderWay } from './strike-victim.ts';
import type { Cell } from './strike.ts';

export interface LaneOptions {
  /** Of its schemas, and a part of the names of its queues. */
  readonly name: string;
  readonly databaseAddress: string;
  readonly broker: BrokerSite;
  /** Whether charges share transactions. */
  readonly charging: ShopSettings['charging'];
  readonly figures: MatrixFigures;
}

/** One shop with tables and queues of its own, run by two processes: one is struck in every cell, the other one goes on. */
export interface Lane {
  readonly name: string;
  readonly tables: ShopTables;
  readonly healthy: ShopProcess;
  /** The victim, or its successor when it is dead. Reaches database and broker through proxies. */
  readonly victim: () => Promise<ShopProcess>;
  /** Has the victim struck when it comes to the boundary for that time. */
  readonly strike: (cell: Cell, time: number) => Promise<StrikeUnderWay>;
  /** Ends both processes. */
  readonly halt: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openLane({ name, databaseAddress, broker, charging, figures }: LaneOptions): Promise<Lane> {
  const tables = await createShopTables(databaseAddress, name);
  const { hostname, port } = new URL(databaseAddress);
  const database = { host: hostname, port: Number(port) };
  const wires = {
    database: await startProxy({ target: database, protocol: 'postgres' }),
    broker: await startProxy({ target: broker.target, protocol: broker.protocol }),
    exchanges: broker.exchanges,
  };
  const onReceived = (deliveries: number): void => {
    figures.deliveries += deliveries;
  };
  let underWay: StrikeUnderWay | undefined;
  const victimEvents: ShopEvents = {
    onReceived,
    onStruck: () => underWay?.struck(),
    onAimed: () => underWay?.arm(),
  };
  const healthyEvents: ShopEvents = { onReceived, onStruck: () => undefined, onAimed: () => undefined };

  const start = (role: string, databaseAt: ProxyTarget, brokerAt: ProxyTarget, events: ShopEvents) =>
    startShopProcess(
      {
        name: `${name}-${role}`,
        tables: name,
        store: {
          module: new URL('../../../store-postgres/src/conformance/open-store.ts', import.meta.url).href,
          settings: { url: addressAt(databaseAddress, databaseAt), schema: `${name}_store` },
        },
        transport: broker.driverAt(brokerAt),
        charging,
        leaseMs: broker.leaseMs,
      },
      events,
    );
  const startVictim = (): Promise<ShopProcess> =>
    start('victim', loopback(wires.database.port), loopback(wires.broker.port), victimEvents);

  const healthy = await start('healthy', database, broker.target, healthyEvents);
  let victim = await startVictim();
  const currentVictim = async (): Promise<ShopProcess> => {
    if (!victim.isRunning()) victim = await startVictim();
    return victim;
  };
  const halt = async (): Promise<void> => {
    await Promise.all([healthy.end(), victim.end()]);
  };
  return {
    name,
    tables,
    healthy,
    victim: currentVictim,
    strike: async (cell, time) => {
      underWay?.lift();
      underWay = strikeVictim({
        cell,
        time,
        victim: await currentVictim(),
        wires,
        leaseMs: broker.leaseMs,
        figures,
      });
      return underWay;
    },
    halt,
    close: async () => {
      await halt();
      await Promise.all([wires.database.close(), wires.broker.close(), tables.close()]);
    },
  };
}

const loopback = (port: number): ProxyTarget => ({ host: '127.0.0.1', port });
