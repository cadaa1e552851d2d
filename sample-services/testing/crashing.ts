/** A process with one crash point, `between`, passed by each request; run by the tests with an agent in it. */
import { createServer } from 'node:http';
import { crashPoint, declareCrashPoints, offerCrashPoints } from '../kit/crash.ts';

declareCrashPoints(['between']);
if (process.env.STORMGLASS_CHAOS === 'on') offerCrashPoints();
const server = createServer((_request, response) => {
  crashPoint('between');
  response.end('alive');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
});
