import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StormglassError } from '@stormglass/agents/contract';
import { answers, endGroup, type ProcessSpec } from '@stormglass/agents/host';
import { parse } from 'yaml';
import { z } from 'zod';

const PORT = '{port}';

const Service = z.strictObject({
  /** `service.name` of its telemetry, and what faults call it. */
  name: z.string().regex(/^[\w-][\w.-]{0,63}$/),
  /** Run as it stands, by no shell. */
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  /** Paths are relative to the file. */
  cwd: z.string().default('.'),
  /** Answers 2xx when it can take work; absent: it is healthy while it lives. */
  healthUrl: z.string().optional(),
  /** Stands where arguments, env and healthUrl say {port}. With one it can be scaled. */
  port: z.number().int().min(1).max(65_535).optional(),
  /** Its own directory, where its disk may be filled. */
  directory: z.string().optional(),
  stopWithinMs: z.number().int().min(0).max(60_000).default(8_000),
  startWithinMs: z.number().int().min(100).max(600_000).default(60_000),
});
type Service = z.output<typeof Service>;

const File = z.strictObject({ services: z.array(Service).min(1).max(100) });

/** Services of a user's own, as his file lists them. */
export interface ListedServices {
  /** Absolute. */
  folder: string;
  services: Service[];
}

/** Throws `invalid_request` with what is wrong in the file. YAML holds JSON. */
export function readServices(path: string, taken: ReadonlySet<string>): ListedServices {
  const refuse = (what: string) =>
    new StormglassError('invalid_request', `${path}: ${what}`, 'see docs/services.md');
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause));
  }
  const parsed = File.safeParse(content);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error));
  const { services } = parsed.data;
  const names = new Set(taken);
  for (const { name } of services) {
    if (names.has(name)) throw refuse(`the name ${name} is taken`);
    names.add(name);
  }
  return { folder: dirname(resolve(path)), services };
}

/** The row of the process table for one of them. `base`: what its environment is made of besides its own. */
export function listedProcess(
  service: Service,
  folder: string,
  base: (service: string, instance: string) => Record<string, string>,
): ProcessSpec {
  const { name, port } = service;
  const row = (instance: string, at: number | undefined): ProcessSpec => {
    const filled = (text: string) => (at === undefined ? text : text.replaceAll(PORT, String(at)));
    const own = Object.entries(service.env).map(([key, value]) => [key, filled(value)]);
    const { healthUrl } = service;
    return {
      ...{ name: instance === `${name}-1` ? name : instance, service: name, instance },
      command: service.command,
      args: service.args.map(filled),
      env: { ...base(name, instance), ...Object.fromEntries(own) },
      cwd: resolve(folder, service.cwd),
      ready: async () => healthUrl === undefined || (await answers(filled(healthUrl))),
      ...(service.directory === undefined ? {} : { directory: resolve(folder, service.directory) }),
      stopSignal: 'SIGTERM',
      stopWithinMs: service.stopWithinMs,
      startWithinMs: service.startWithinMs,
      // It has no lifeline of ours, and may have children: its whole group goes with the launcher.
      onLauncherDeath: endGroup,
    };
  };
  const replica = (n: number, at: number) => row(`${name}-${n}`, at);
  return { ...row(`${name}-1`, port), ...(port === undefined ? {} : { replica }) };
}
