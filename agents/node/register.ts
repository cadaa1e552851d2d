/** `node --import @stormglass/agents/register app.ts`: the one import that makes a service observable and breakable. */
import { isMainThread } from 'node:worker_threads';

/** Before it there is no way to see a library being loaded, and the language of this package is newer. */
const OLDEST_NODE = 22;
const STARTED = Symbol.for('stormglass.agent.started');

// Threads inherit --import; one agent a process is enough.
if (isMainThread && !Reflect.has(globalThis, STARTED)) {
  Reflect.set(globalThis, STARTED, true);
  try {
    const { node } = process.versions;
    if (Number.parseInt(node, 10) < OLDEST_NODE)
      throw new Error(`it needs Node ${OLDEST_NODE}, this is ${node}`);
    const { startAgent } = await import('./agent.ts');
    startAgent(process.env);
  } catch (error) {
    const msg = `the agent could not start, the service runs without it: ${String(error)}`;
    process.stderr.write(
      `${JSON.stringify({ level: 40, time: Date.now(), name: 'stormglass-agent', msg })}\n`,
    );
  }
}
