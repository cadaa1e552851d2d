import type { Handlers, Parts } from './handler.ts';

export function sessionRoutes(p: Parts): Pick<Handlers, 'login' | 'health' | 'audit'> {
  return {
    login: (call) => {
      call.setHeader('set-cookie', p.gate.login(call.input.token, call.headers));
      return { ok: true };
    },
    health: () => ({
      ok: true,
      version: p.version,
      node: process.version,
      startedAt: p.startedAt,
      now: p.time.now(),
      otlpHttp: p.env.STORMGLASS_OTLP_HTTP ?? null,
      otlpGrpc: p.env.STORMGLASS_OTLP_GRPC ?? null,
      agents: p.hub.connected().length,
      dataAt: p.window.dataAt,
      store: p.store(),
    }),
    audit: () => ({ entries: p.state.audit.newest(500) }),
  };
}
