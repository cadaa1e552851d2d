import type { LoadWatch } from '../../loads.ts';
import { bullTelemetry } from './tracing.ts';
import type { WorkerLike, Workers } from './workers.ts';

interface QueueBaseLike {
  opts: { telemetry?: unknown };
  createBackend(): void;
  run?: unknown;
}

/**
 * Gives every BullMQ queue and worker of the process a telemetry object, unless the application passed its own, and
 * remembers the workers so that they can be stopped on purpose.
 */
export function instrumentBullmq(loads: LoadWatch, workers: Workers): void {
  loads.add(/\/bullmq\/dist\/cjs\/index\.js$/, (exports) => {
    const { QueueBase, Worker } = exports as {
      QueueBase: { prototype: QueueBaseLike };
      Worker: new () => object;
    };
    const original = QueueBase.prototype.createBackend;
    // The first thing the base constructor does once name and options are set.
    QueueBase.prototype.createBackend = function (this: QueueBaseLike) {
      this.opts.telemetry ??= bullTelemetry;
      original.call(this);
      if (this instanceof Worker) workers.add(this as unknown as WorkerLike);
    };
    return undefined;
  });
}
