import pg from 'pg'
import { SCHEMA, SHOPPERS, type Shop } from './shop.ts'

const LOOK = 'SELECT changes FROM basket WHERE shopper = $1'

export const postgresShop: Shop = {
  async open(connectionString) {
    const client = new pg.Client({ connectionString })
    await client.connect()
    try {
      for (const sql of SCHEMA) await client.query(sql)
    } finally {
      await client.end()
    }
  },

  async enter(connectionString) {
    const client = new pg.Client({ connectionString, application_name: 'freshet demo' })
    client.on('error', () => {})
    const number = async (sql: string, parameter: number, column: string) =>
      Number((await client.query(sql, [parameter])).rows[0][column])
    const close = () => client.end().catch(() => {})
    try {
      await client.connect()
    } catch (error) {
      await close()
      throw error
    }
    return {
      change: (shopper) =>
        number('UPDATE basket SET changes = changes + 1 WHERE shopper = $1 RETURNING changes', shopper, 'changes'),
      look: (shopper) => number(LOOK, shopper, 'changes'),
      sell: async (item) => void (await client.query('UPDATE item SET sold = sold + 1 WHERE id = $1', [item])),
      sold: (item) => number('SELECT sold FROM item WHERE id = $1', item, 'sold'),
      close,
    }
  },

  window(connectionString) {
    const pool = new pg.Pool({ connectionString, max: SHOPPERS })
    pool.on('error', () => {})
    return {
      look: async (shopper) => Number((await pool.query(LOOK, [shopper])).rows[0].changes),
      close: () => pool.end(),
    }
  },
}
