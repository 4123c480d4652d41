/** The demo's shop as its visitors see it: what they can do, on whatever engine the servers run. */

export const SHOPPERS = 5
export const ITEMS = 100

/** One visitor's session. Every method rejects when its statement fails. */
export interface ShopSession {
  /** Changes a basket; resolves once that is acknowledged, with how many changes it has seen. */
  change(shopper: number): Promise<number>
  /** How many changes a basket has seen. */
  look(shopper: number): Promise<number>
  sell(item: number): Promise<void>
  /** How often an item was sold. */
  sold(item: number): Promise<number>
  close(): Promise<void>
}

/** Looks into baskets from many connections at once. */
export interface ShopWindow {
  look(shopper: number): Promise<number>
  close(): Promise<void>
}

export interface Shop {
  /** Makes the tables. Numbers in them only grow, so a smaller one than before is an older state. */
  open(url: string): Promise<void>
  enter(url: string): Promise<ShopSession>
  window(url: string): ShopWindow
}

const each = (count: number): string => Array.from({ length: count }, (_, index) => `(${index + 1})`).join(', ')

/** Understood by every engine. */
export const SCHEMA: readonly string[] = [
  'CREATE TABLE basket (shopper int PRIMARY KEY, changes bigint NOT NULL DEFAULT 0)',
  `INSERT INTO basket (shopper) VALUES ${each(SHOPPERS)}`,
  'CREATE TABLE item (id int PRIMARY KEY, sold bigint NOT NULL DEFAULT 0)',
  `INSERT INTO item (id) VALUES ${each(ITEMS)}`,
]
