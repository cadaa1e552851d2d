import { createHmac } from 'node:crypto';
import { type ChaosTerms, parseScope, SCOPE_ENTRY, scopeText } from '@stormglass/agents/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';

let dir: ReturnType<typeof tempDir>;
let dashboard: TestDashboard;
let agent: TestAgent;
let terms: ChaosTerms[];

beforeEach(async () => {
  dir = tempDir();
  dashboard = await startDashboard({ dataDir: dir.path });
  await connect();
});
afterEach(async () => {
  agent.close();
  await dashboard.close();
  dir.remove();
});

async function connect(): Promise<void> {
  terms = [];
  agent = new TestAgent(dashboard.url);
  agent.socket.on('chaos.terms', (said) => terms.push(said));
  await agent.connected();
  await eventually(() => expect(terms.length).toBeGreaterThan(0));
}

/** Whether what a client was given is what an agent would obey. */
function isSigned(baggage: string): boolean {
  const scope = parseScope(baggage.slice(`${SCOPE_ENTRY}=`.length));
  const key = Buffer.from(terms.at(-1)?.scopeKey ?? '', 'base64');
  if (!scope) return false;
  return (
    createHmac('sha256', key).update(scopeText(scope.id, scope.expiry)).digest('base64url') === scope.mac
  );
}

test('a scope is signed with the key which agents are told, and written down', async () => {
  const made = await dashboard.call('issueScope', 'POST', '/api/scopes', { id: 'ada', forMs: 60_000 });
  expect(made.baggage).toMatch(/^stormglass\.scope=ada\./);
  expect(made.expiresAt).toBeGreaterThan(Date.now() + 59_000);
  expect(isSigned(made.baggage)).toBe(true);
  const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
  expect(entries[0]).toMatchObject({ what: 'scope.issue', subject: 'ada' });
});

test('it outlives a restart of the dashboard', async () => {
  const { baggage } = await dashboard.call('issueScope', 'POST', '/api/scopes', {});
  agent.close();
  await dashboard.close();
  dashboard = await startDashboard({ dataDir: dir.path });
  await connect();
  expect(isSigned(baggage)).toBe(true);
});

test('an id that would not fit into baggage is refused', async () => {
  const reply = await dashboard.send('POST', '/api/scopes', { body: { id: 'a b' } });
  expect(reply).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
});

test('agents are told of the hub’s time, and when chaos is halted and allowed again', async () => {
  expect(terms[0]).toMatchObject({ halted: false });
  expect(Math.abs((terms[0]?.now ?? 0) - Date.now())).toBeLessThan(60_000);
  await dashboard.call('halt', 'POST', '/api/halt', { reason: 'rehearsal' });
  await eventually(() => expect(terms.at(-1)?.halted).toBe(true));
  await dashboard.call('unhalt', 'DELETE', '/api/halt');
  await eventually(() => expect(terms.at(-1)?.halted).toBe(false));
});

test('a parameter out of range is refused with its field, unit and limits', async () => {
  const spec = { action: { type: 'latency', ms: -1 }, target: { kind: 'service', service: 'payments' } };
  const { status, body } = await dashboard.send('POST', '/api/faults', { body: { spec } });
  expect(status).toBe(400);
  const { message } = (body as { error: { message: string } }).error;
  expect(message).toContain('must be a whole number of ms from 0 to 600000');
  expect(message).toContain('spec.action.ms');
});
