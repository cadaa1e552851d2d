import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import type { Handling, MessageWatch, Sending } from '../passage.ts';

/** As much of a queue, a worker and a job of BullMQ as messages need. */
interface JobLike {
  data: unknown;
}
interface JobOptions {
  jobId?: string;
}
type AddJob = (this: QueueLike, name: string, data: unknown, options?: JobOptions) => Promise<JobLike>;
export interface QueueLike {
  readonly name: string;
  readonly Job: new (queue: QueueLike, name: string, data: unknown, options: object, id: string) => JobLike;
  addJob: AddJob;
}
type CallProcessJob = (this: JobWorkerLike, job: JobLike, ...rest: unknown[]) => unknown;
type HandleCompleted = (this: JobWorkerLike, result: unknown, job: JobLike, ...rest: unknown[]) => unknown;
export interface JobWorkerLike {
  readonly name: string;
  callProcessJob: CallProcessJob;
  handleCompleted: HandleCompleted;
}

/** JSON, as BullMQ demands, and without a single field that a handler may look for. */
const POISON = 'poisoned by stormglass';

/** Runs inside the span of the send. Jobs that are added in bulk are not hurt: BullMQ adds them all or none. */
export function watchSends(prototype: QueueLike, watch: MessageWatch): void {
  const addJob = prototype.addJob;
  prototype.addJob = function (this: QueueLike, name, data, options) {
    watch.knows('producer', this.name);
    if (!watch.hurts('producer', this.name)) return addJob.call(this, name, data, options);
    const send = (payload: unknown, as = options) => addJob.call(this, name, payload, as);
    const own = options?.jobId;
    const base = own ?? randomUUID();
    const message: Sending<JobLike> = {
      pass: () => send(data),
      again: () => send(data),
      copy: (n) => send(data, { ...options, jobId: `${base}-copy-${n}` }),
      swallow: async () => new this.Job(this, name, data, { ...options }, base),
      poisoned: () => send(POISON),
    };
    return watch.sending(this.name, trace.getActiveSpan(), message);
  };
}

/** Runs inside the span of the processing. */
export function watchJobs(prototype: JobWorkerLike, watch: MessageWatch): void {
  const { callProcessJob, handleCompleted } = prototype;
  const unheard = new WeakSet<JobLike>();
  prototype.callProcessJob = function (this: JobWorkerLike, job, ...rest) {
    if (!watch.hurts('consumer', this.name)) return callProcessJob.call(this, job, ...rest);
    const handle = async (as = job) => callProcessJob.call(this, as, ...rest);
    const message: Handling<unknown> = {
      pass: () => handle(),
      swallow: async () => undefined,
      poisoned: () => handle(Object.create(job, { data: { value: POISON, writable: true } })),
      repeated: async (count) => {
        const result = await handle();
        for (let n = 0; n < count; n++) await handle();
        return result;
      },
      unacknowledged: async () => {
        const result = await handle();
        unheard.add(job);
        return result;
      },
    };
    return watch.handling(this.name, trace.getActiveSpan(), message);
  };
  prototype.handleCompleted = function (this: JobWorkerLike, result, job, ...rest) {
    // Its lock is not renewed any more: when it runs out, the queue takes the job for stalled and gives it out again.
    if (unheard.delete(job)) return Promise.resolve(undefined);
    return handleCompleted.call(this, result, job, ...rest);
  };
}
