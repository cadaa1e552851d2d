import pg from 'pg';

/**
 * Connections to PostgreSQL that may be cut at any moment. `onLost` hears of idle ones; of one in use, the statement under
 * way tells.
 */
export function openPool(config: pg.PoolConfig, onLost: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ keepAlive: true, ...config });
  pool.on('error', onLost);
  // An error that nobody hears ends the process, also while a connection is handed out and nobody has it yet.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
