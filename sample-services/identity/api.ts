import { z } from 'zod';
import { PERMISSIONS } from '../kit/identity/permissions.ts';

export const LoginRequest = z.object({
  user: z.string().min(1).max(100),
  password: z.string().min(1).max(200),
});
export const ById = z.object({ id: z.string().min(1).max(100) });
export const UserAnswer = z.object({ id: z.string(), name: z.string() });

export const TokenRequest = z.object({
  /** Name of the service that asks. */
  service: z.string().min(1).max(100),
  secret: z.string().min(1).max(200),
  /** Name of the service that shall be called. */
  audience: z.string().min(1).max(100),
});
export const RotateAnswer = z.object({ kid: z.string() });

/** Who may do what. */
export const GrantsAnswer = z.object({
  grants: z.array(z.object({ service: z.string(), permissions: z.array(z.enum(PERMISSIONS)) })),
});

/** The customers which are there from the start: `user-1` .. `user-400`, `guest` and `operator`. */
export const DEMO_CUSTOMERS = 400;
/** Password of all of them: there is nothing to steal in a sample shop. */
export const DEMO_PASSWORD = 'stormglass';
