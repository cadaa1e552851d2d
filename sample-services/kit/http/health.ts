import { metricsText } from '@stormglass/agents/node';
import { z } from 'zod';
import { Knowledge } from '../discovery/known-services.ts';
import type { App } from './route.ts';

/** What a service knows about itself. Checks are `ok` or what is wrong, in words. */
export interface Vitals {
  /** Own database and broker. */
  check(): Promise<Record<string, string>>;
  /** Every service this one calls: `closed`, or `refusing` while its breaker is open. */
  peerStates(): Record<string, string>;
  /** Seconds for which its token for each audience is still good. */
  tokens(): Record<string, number>;
  /** Epoch of each lease it holds; null while another process has it. */
  leases(): Record<string, number | null>;
  /** What is known of where each peer is; empty without a registry. */
  discovery(): Record<string, Knowledge>;
}

const Checks = z.record(z.string(), z.string());
const Alive = z.object({ status: z.literal('ok'), service: z.string() });
const Readiness = z.object({ status: z.enum(['ready', 'not ready']), service: z.string(), checks: Checks });
const Health = z.object({
  service: z.string(),
  checks: Checks,
  peers: Checks,
  tokens: z.record(z.string(), z.number()),
  leases: z.record(z.string(), z.number().int().nullable()),
  discovery: z.record(z.string(), Knowledge),
});

const tags = ['process'];
const config = { permission: 'open' } as const;

/** healthz: the process alone. readyz: own database and broker. health: peers too, to look at, never to route by. */
export function addHealth(app: App, service: string, vitals: Vitals): void {
  app.get(
    '/healthz',
    { schema: { summary: 'Whether the process lives', tags, response: { 200: Alive } }, config },
    async () => ({ status: 'ok' as const, service }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Whether it can take work: own database and broker only',
        tags,
        response: { 200: Readiness, 503: Readiness },
      },
      config,
    },
    async (_request, reply) => {
      const checks = await vitals.check();
      const ready = Object.values(checks).every((check) => check === 'ok');
      return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', service, checks });
    },
  );
  app.get(
    '/health',
    {
      schema: {
        summary: 'Itself and its peers; to look at, never to route by',
        tags,
        response: { 200: Health },
      },
      config,
    },
    async () => ({
      service,
      checks: await vitals.check(),
      peers: vitals.peerStates(),
      tokens: vitals.tokens(),
      leases: vitals.leases(),
      discovery: vitals.discovery(),
    }),
  );
  const text = { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } };
  app.get(
    '/metrics',
    { schema: { summary: 'Metrics for Prometheus', tags, response: { 200: text } }, config },
    async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText()),
  );
}
