import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { LoadWatch } from '../../loads.ts';
import type { MessageWatch } from '../passage.ts';
import { type JobWorkerLike, type QueueLike, watchJobs, watchSends } from './messages.ts';
import { bullTelemetry } from './tracing.ts';
import type { WorkerLike, Workers } from './workers.ts';

interface QueueBaseLike {
  opts: { telemetry?: unknown };
  /** `query` is PostgreSQL's alone. */
  backend: { query?(...args: unknown[]): unknown };
  createBackend(): void;
}

/**
 * Gives every BullMQ queue and worker of the process a telemetry object, unless the application passed its own, remembers
 * the workers so that they can be stopped on purpose, and shows their messages to the faults.
 */
export function instrumentBullmq(loads: LoadWatch, workers: Workers, watch: MessageWatch): void {
  loads.add('bullmq', 'dist/cjs/index.js', (exports) => {
    const { QueueBase, Worker } = exports as Record<'QueueBase' | 'Worker', { prototype: QueueBaseLike }>;
    wrapBackend(QueueBase.prototype, () => {});
    wrapBackend(Worker.prototype, (made) => {
      const worker = made as unknown as WorkerLike;
      workers.add(worker);
      watch.knows('consumer', worker.name);
    });
    const library = exports as { Queue: { prototype: QueueLike }; Worker: { prototype: JobWorkerLike } };
    watchSends(library.Queue.prototype, watch);
    watchJobs(library.Worker.prototype, watch);
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
