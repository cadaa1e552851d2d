import type { ATTACH_API } from '../../live/attach-api.ts';
import type { Handlers, Parts } from './handler.ts';

/** What whoever attaches a service has to know: where to send, and what came of it. */
export function attachRoutes({
  env,
  telemetry,
  misdirected,
}: Parts): Pick<Handlers, keyof typeof ATTACH_API> {
  return {
    attach: async () => {
      const { receivedBySignal, rejectedByReason } = await telemetry.stats();
      return {
        otlpHttp: env.STORMGLASS_OTLP_HTTP ?? null,
        otlpGrpc: env.STORMGLASS_OTLP_GRPC ?? null,
        received: receivedBySignal,
        rejected: rejectedByReason,
        misdirected: misdirected.requests,
      };
    },
  };
}
