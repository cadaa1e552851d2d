import { z } from 'zod';

const name = z.string().regex(/^[\w.-]{1,64}$/);

/** What an instance says about itself when it starts to serve. */
export const Registration = z.object({
  /** Of the service. */
  name,
  version: z.string().max(64),
  /** Of the instance, unique over all services: `shipping-2`. */
  instance: name,
  scheme: z.enum(['http', 'https']).default('http'),
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535),
  /** Answers 2xx while the instance can take work. */
  healthCheckPath: z.string().startsWith('/').max(200),
  /** Services which it cannot do its work without. */
  dependencies: z.array(name).max(100),
});
export type Registration = z.output<typeof Registration>;

export const Instance = z.object({
  id: z.string(),
  /** Origin, without a path. */
  url: z.string(),
  version: z.string(),
  /** False after a failed health check; such an instance is a last resort. */
  healthy: z.boolean(),
});
export type Instance = z.output<typeof Instance>;

/**
 * Who offers what: healthy instances first. `left` are the instances which said that they go. So a service without
 * instances has been stopped on purpose if it is named here, and is one that the registry knows nothing of if it is not.
 */
export const DirectoryView = z.object({
  services: z.record(z.string(), z.object({ instances: z.array(Instance), left: z.array(z.string()) })),
});
export type DirectoryView = z.output<typeof DirectoryView>;

/** `revision`: of the view which the sender has. */
export const Heartbeat = z.object({ instance: name, revision: z.string().max(100) });
export const HeartbeatAnswer = z.object({
  /** False: the registry does not know the instance, so it has to register again. */
  registered: z.boolean(),
  revision: z.string(),
  /** Null when the sender's is still right. */
  view: DirectoryView.nullable(),
});
export type HeartbeatAnswer = z.output<typeof HeartbeatAnswer>;

export const RegisterAnswer = z.object({ instance: z.string(), leaseMs: z.number().int() });
export const LeaveRequest = z.object({ instance: name });
export const LeaveAnswer = z.object({ instance: z.string(), left: z.boolean() });
