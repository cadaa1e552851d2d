/** A service with one crash point, run in a process of its own by the tests: it is passed by `GET /work`. */
import { createServer } from 'node:http';
import { CONTROL } from '../../contract/index.ts';
import { registerControl } from '../index.ts';

let armed: string | null = null;
const listed = () => ({ points: ['work:before-reply'], armed });
registerControl({
  name: 'crash.list',
  title: 'List the points at which it can crash',
  input: CONTROL['crash.list'].input,
  run: listed,
});
registerControl({
  name: 'crash.arm',
  title: 'Crash at a point',
  input: CONTROL['crash.arm'].input,
  run: ({ point }) => {
    armed = point;
    return listed();
  },
});
const server = createServer((_request, response) => {
  if (armed !== null) process.kill(process.pid, 'SIGKILL');
  response.end('done');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
});
