/** A service with one protection, run in a process of its own by the tests: `GET /` says whether it works. */
import { createServer } from 'node:http';
import { offerProtections } from '../index.ts';

let on = true;
offerProtections([
  {
    name: 'inbox',
    about: 'a message delivered twice is handled once',
    set: (to) => {
      on = to;
    },
  },
]);
const server = createServer((_request, response) => response.end(String(on)));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
});
