import { z } from 'zod';
import { Instance } from '../kit/discovery/protocol.ts';

export const ServiceAnswer = z.object({
  name: z.string(),
  instances: z.array(Instance),
  /** Instances which said that they go. */
  left: z.array(z.string()),
});

/** Who needs whom, as the instances themselves declare it. */
export const GraphAnswer = z.object({
  services: z.array(z.object({ name: z.string(), instances: z.number().int(), healthy: z.number().int() })),
  dependencies: z.array(z.object({ from: z.string(), to: z.string() })),
});

export const StartOrderAnswer = z.object({
  waves: z.array(z.array(z.string())),
  cycles: z.array(z.array(z.string())),
});
