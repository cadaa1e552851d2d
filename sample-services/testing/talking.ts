/** A process that logs and ends when its stdin does: what becomes of it when nobody reads what it says. */
import { parseEnv } from '../kit/env.ts';
import { createLog } from '../kit/log.ts';

const log = createLog('talking', parseEnv(process.env));
log.info('up');
process.stdin.once('end', () => {
  for (let i = 0; i < 100; i++) log.info({ i }, 'going');
  process.exit(7);
});
process.stdin.resume();
