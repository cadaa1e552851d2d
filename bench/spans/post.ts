import type { Pool } from 'undici';

/** Posts one request of spans; true when it was acknowledged, false when it is to be sent again later. */
export async function isTaken(pool: Pool, body: Buffer): Promise<boolean> {
  const answer = await pool.request({
    path: '/v1/traces',
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body,
  });
  await answer.body.dump();
  if (answer.statusCode !== 200 && answer.statusCode !== 429) {
    throw new Error(`the collector answered ${answer.statusCode}`);
  }
  return answer.statusCode === 200;
}
