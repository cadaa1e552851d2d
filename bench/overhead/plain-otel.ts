import FastifyOtel from '@fastify/otel';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';

/**
 * The baseline: OpenTelemetry as its own documentation sets it up, exporters and delays by default, with the
 * instrumentations of the agent. Fastify's hooks and handlers get no span of their own here either, so that both sides
 * emit the same two spans a request.
 */
const sdk = new NodeSDK({
  instrumentations: [
    new HttpInstrumentation(),
    new UndiciInstrumentation(),
    new FastifyOtel.FastifyOtelInstrumentation({
      registerOnInitialization: true,
      instrumentHooks: false,
      instrumentHandler: false,
    }),
  ],
});
sdk.start();
