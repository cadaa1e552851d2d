import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const Service = z.looseObject({
  image: z.string(),
  build: z.object({ context: z.string(), target: z.string() }).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  deploy: z
    .object({ resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string() }) }) })
    .optional(),
  profiles: z.array(z.string()).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  user: z.string().optional(),
});
export type ComposeService = z.output<typeof Service>;
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.unknown()),
});

export const COMPOSE_TEXT = readFileSync(`${ROOT}/docker-compose.yml`, 'utf8');
export const compose = Compose.parse(parse(COMPOSE_TEXT, { merge: true }));

/** One `FROM ... AS name` of the Dockerfile. */
export interface Stage {
  name: string;
  lines: string[];
}

export function dockerStages(): Stage[] {
  const stages: Stage[] = [];
  for (const line of readFileSync(`${ROOT}/Dockerfile`, 'utf8').split('\n')) {
    const from = /^FROM \S+ AS (\S+)$/.exec(line);
    if (from?.[1] !== undefined) stages.push({ name: from[1], lines: [] });
    else stages.at(-1)?.lines.push(line);
  }
  return stages;
}

/** The process that a service's container runs: the image's entry point unless the file names another, and the command. */
export function processOf(service: ComposeService): string[] {
  const stage = dockerStages().find(({ name }) => name === service.build?.target);
  const line = stage?.lines.find((text) => text.startsWith('ENTRYPOINT '));
  const own = z.array(z.string()).parse(JSON.parse(line?.slice('ENTRYPOINT '.length) ?? '[]'));
  return [...(service.entrypoint ?? own), ...(service.command ?? [])];
}
