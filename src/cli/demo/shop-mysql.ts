import { createConnection, createPool, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'
import { SCHEMA, SHOPPERS, type Shop } from './shop.ts'

const LOOK = 'SELECT changes FROM basket WHERE shopper = ?'
/** MySQL knows no RETURNING; LAST_INSERT_ID(n) makes n part of the reply. */
const CHANGE = 'UPDATE basket SET changes = LAST_INSERT_ID(changes + 1) WHERE shopper = ?'

export const mysqlShop: Shop = {
  async open(uri) {
    const connection = await createConnection({ uri })
    try {
      for (const sql of SCHEMA) await connection.query(sql)
    } finally {
      await connection.end()
    }
  },

  async enter(uri) {
    const connection = await createConnection({ uri, connectAttributes: { program_name: 'freshet demo' } })
    connection.on('error', () => {})
    // Baskets are looked at with prepared statements, items with plain ones.
    const first = (rows: RowDataPacket[], column: string) => Number(rows[0]![column])
    return {
      change: async (shopper) => (await connection.query<ResultSetHeader>(CHANGE, [shopper]))[0].insertId,
      look: async (shopper) => first((await connection.execute<RowDataPacket[]>(LOOK, [shopper]))[0], 'changes'),
      sell: async (item) => void (await connection.execute('UPDATE item SET sold = sold + 1 WHERE id = ?', [item])),
      async sold(item) {
        return first((await connection.query<RowDataPacket[]>('SELECT sold FROM item WHERE id = ?', [item]))[0], 'sold')
      },
      close: () => connection.end().catch(() => {}),
    }
  },

  window(uri) {
    const pool = createPool({ uri, connectionLimit: SHOPPERS })
    return {
      look: async (shopper) => Number((await pool.execute<RowDataPacket[]>(LOOK, [shopper]))[0][0]!.changes),
      close: () => pool.end(),
    }
  },
}
