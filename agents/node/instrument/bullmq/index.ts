import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { LoadWatch } from '../../loads.ts';
import { bullTelemetry } from './tracing.ts';
import type { WorkerLike, Workers } from './workers.ts';

interface QueueBaseLike {
  opts: { telemetry?: unknown };
  /** `query` is PostgreSQL's alone. */
  backend: { query?(...args: unknown[]): unknown };
  createBackend(): void;
}

/**
 * Gives every BullMQ queue and worker of the process a telemetry object, unless the application passed its own, and
 * remembers the workers so that they can be stopped on purpose.
 */
export function instrumentBullmq(loads: LoadWatch, workers: Workers): void {
  loads.add('bullmq', 'dist/cjs/index.js', (exports) => {
    const { QueueBase, Worker } = exports as Record<'QueueBase' | 'Worker', { prototype: QueueBaseLike }>;
    wrapBackend(QueueBase.prototype, () => {});
    wrapBackend(Worker.prototype, (worker) => workers.add(worker as unknown as WorkerLike));
    return undefined;
  });
}

/** The first thing the base constructor does once name and options are set; workers have one of their own. */
function wrapBackend(prototype: QueueBaseLike, made: (made: QueueBaseLike) => void): void {
  const original = prototype.createBackend;
  prototype.createBackend = function (this: QueueBaseLike) {
    this.opts.telemetry ??= bullTelemetry;
    original.call(this);
    hideStatements(this.backend);
    made(this);
  };
}

/** Sending and processing are spans; the statements BullMQ makes of them, half a dozen a message, would bury them. */
function hideStatements(backend: QueueBaseLike['backend']): void {
  const query = backend.query;
  if (query === undefined) return;
  backend.query = (...args) =>
    context.with(suppressTracing(context.active()), () => query.apply(backend, args));
}
