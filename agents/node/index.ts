/**
 * What a service may say to the agent in its process. Everything here works, and does nothing, when the process was not
 * started with `--import @stormglass/agents/register`.
 */
import type { z } from 'zod';
import { type Control, controls } from './controls.ts';
import { runtime } from './runtime.ts';

export type { Control } from './controls.ts';
export { type EventOptions, emitEvent } from './events.ts';
export { faultPoint, type PointAttributes } from './fault-point.ts';
export { onHalt } from './halting.ts';
export { type MessageInfo, withProcess, withSend } from './messages.ts';
export { addMetricsSource, metricsText } from './metrics-text.ts';
export { offerProtections, type Protection } from './protections.ts';
export {
  type Carrier,
  injectContext,
  recordSaga,
  repeatSaga,
  type SagaSpanInfo,
  type SagaStepInfo,
  withRemoteContext,
  withSagaSpan,
  withSagaStep,
} from './saga.ts';
export type { SagaRecord } from './saga-record.ts';

/** Offers a typed action on the agent channel; gives back the function that withdraws it. */
export function registerControl<Input extends z.ZodType>(control: Control<Input>): () => void {
  return controls.register(control);
}

/** Sends buffered spans, logs and metrics: for the last lines of a graceful stop. At most `limitMs`, default 1,000. */
export function flushTelemetry(limitMs = 1_000): Promise<void> {
  return runtime.flush(limitMs);
}
