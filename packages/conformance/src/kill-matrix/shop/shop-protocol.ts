import type { Boundary } from '../boundary.ts';
import type { Strike } from '../strike.ts';

/** An order as the buyer wants it; together the fields are the token under which it is placed at most once. */
export interface WantedOrder {
  readonly cell: string;
  readonly customer: string;
  /** 1, 2, … of each customer, who places one after the other. */
  readonly number: number;
  /** Its charge fails until the cell is healed. */
  readonly isPoison: boolean;
}

/** A module that exports `openStore` or `openDriver`, and what it is called with. */
export interface DriverModule {
  readonly module: string;
  readonly settings: Readonly<Record<string, string>>;
}

export interface ShopSettings {
  readonly name: string;
  /** Of the tables of the shop, and a part of the names of its messages. */
  readonly tables: string;
  readonly store: DriverModule;
  readonly transport: DriverModule;
  /** Whether charges share transactions; records always do. */
  readonly charging: 'singly' | 'together';
  /** Of everything that has a lease. */
  readonly leaseMs: number;
}

/** What a shop is told; the first order opens it. */
export type ShopOrder =
  | { readonly order: 'open'; readonly settings: ShopSettings }
  | { readonly order: 'aim'; readonly aim: Aim }
  /** The proxy waits for the request. */
  | { readonly order: 'armed' }
  | { readonly order: 'place'; readonly id: number; readonly orders: readonly WantedOrder[] }
  | { readonly order: 'replay'; readonly id: number };

/** Where the shop is to be struck. */
export interface Aim {
  readonly boundary: Boundary;
  /** At which passing of it, from 1. */
  readonly time: number;
  readonly strike: Strike;
}

export type ShopReport =
  | { readonly report: 'open' }
  /** It has come to the boundary and strikes itself now. */
  | { readonly report: 'struck' }
  /** It has come to the boundary and waits for the proxy to be armed. */
  | { readonly report: 'aimed' }
  | { readonly report: 'received'; readonly deliveries: number }
  /** The answer to an order with an id. */
  | { readonly report: 'answered'; readonly id: number; readonly error: string | undefined }
  | { readonly report: 'crashed'; readonly reason: string };
