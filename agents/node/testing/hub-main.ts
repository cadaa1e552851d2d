/** A hub in a process of its own, to be killed: arms the spec given as JSON on the first agent that comes, and renews. */
import { TestHub } from './hub.ts';

const [port, service, spec] = process.argv.slice(2);
if (service === undefined || spec === undefined) throw new Error('usage: hub-main.ts PORT SERVICE SPEC');
const hub = await TestHub.start(Number(port));
process.stdout.write('listening\n');
while (hub.hello(service) === undefined) await new Promise((next) => setTimeout(next, 20));
const { answer } = await hub.arm(service, JSON.parse(spec), { ttlMs: 1_500 });
process.stdout.write(`${answer.ok ? 'armed' : answer.message}\n`);
