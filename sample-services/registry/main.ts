import { Agent } from 'undici';
import { z } from 'zod';
import { systemClock } from '../kit/clock.ts';
import type { Database } from '../kit/database.ts';
import {
  DirectoryView,
  Heartbeat,
  HeartbeatAnswer,
  LeaveAnswer,
  LeaveRequest,
  RegisterAnswer,
  Registration,
} from '../kit/discovery/protocol.ts';
import { ShopError } from '../kit/errors.ts';
import { startLoop } from '../kit/loop.ts';
import { type Kit, service } from '../kit/service.ts';
import { GraphAnswer, ServiceAnswer, StartOrderAnswer } from './api.ts';
import { type Dependency, startOrder } from './dependencies.ts';
import { Directory, LEASE_MS } from './directory.ts';
import { HEALTH_EVERY_MS, pollHealth } from './health-poll.ts';
import { loadRegistrations, REGISTRY_SCHEMA, saveRegistrations } from './storage.ts';
import { ToldView } from './wrong-view.ts';

const EXPIRE_EVERY_MS = 500;
const SAVE_EVERY_MS = 1_000;

const ByName = z.object({ name: z.string().max(64) });

/** `changed`: the directory is to be saved now. */
function addRegistration({ app, log }: Kit, directory: Directory, told: ToldView, changed: () => void): void {
  const config = { permission: 'registry:register' } as const;
  const register = {
    schema: { summary: 'An instance starts to serve', body: Registration, response: { 200: RegisterAnswer } },
    config,
  } as const;
  app.post('/instances', register, async ({ body, caller }) => {
    demandSelf(caller, body.name);
    directory.register(body);
    changed();
    log.info({ instance: body.instance, version: body.version }, 'registered');
    return { instance: body.instance, leaseMs: LEASE_MS };
  });

  const heartbeat = {
    schema: {
      summary: 'An instance lives, and asks for news',
      body: Heartbeat,
      response: { 200: HeartbeatAnswer },
    },
    config,
  } as const;
  app.post('/heartbeats', heartbeat, async ({ body }) => {
    const { revision } = told;
    const view = body.revision === revision ? null : told.view();
    return { registered: directory.heard(body.instance), revision, view };
  });

  const leave = {
    schema: { summary: 'An instance goes', body: LeaveRequest, response: { 200: LeaveAnswer } },
    config,
  } as const;
  app.post('/instances/leave', leave, async ({ body: { instance }, caller }) => {
    const known = directory.find(instance);
    if (known) demandSelf(caller, known.name);
    const left = directory.leave(instance);
    changed();
    if (left) log.info({ instance }, 'left');
    return { instance, left };
  });
}

/** A service speaks for its own instances only. Null: nobody asks for tokens. */
function demandSelf(caller: string | null, name: string): void {
  if (caller === null || caller === name) return;
  throw new ShopError('forbidden', `${caller} may not speak for ${name}`, 'Register under your own name.');
}

function addDiscovery({ app }: Kit, told: ToldView): void {
  const config = { permission: 'registry:discover' } as const;
  const all = {
    schema: { summary: 'Who offers what', response: { 200: DirectoryView } },
    config,
  } as const;
  app.get('/services', all, async () => told.view());

  const one = {
    schema: { summary: 'Who offers this service', params: ByName, response: { 200: ServiceAnswer } },
    config,
  } as const;
  app.get('/services/:name', one, async ({ params: { name } }) => {
    const found = told.view().services[name];
    if (found) return { name, ...found };
    throw new ShopError('not_found', `nobody has registered as ${name}`, 'Check the name.');
  });
}

function addGraph({ app }: Kit, directory: Directory): void {
  const config = { permission: 'open' } as const;
  const graph = { schema: { summary: 'Who needs whom', response: { 200: GraphAnswer } }, config } as const;
  app.get('/graph', graph, async () => ({
    services: Object.entries(directory.view().services).map(([name, { instances }]) => ({
      name,
      instances: instances.length,
      healthy: instances.filter(({ healthy }) => healthy).length,
    })),
    dependencies: dependenciesOf(directory),
  }));

  const order = {
    schema: { summary: 'In which order to start; cycles by name', response: { 200: StartOrderAnswer } },
    config,
  } as const;
  app.get('/start-order', order, async () => {
    const services = new Set(directory.registrations().map(({ name }) => name));
    return startOrder([...services].sort(), dependenciesOf(directory));
  });
}

function dependenciesOf(directory: Directory): Dependency[] {
  const pairs = directory
    .registrations()
    .flatMap(({ name, dependencies }) =>
      dependencies.map((to) => [`${name} ${to}`, { from: name, to }] as const),
    );
  return [...new Map(pairs).values()];
}

/** Keeps the database as the directory is, behind the answers: what is lost in a crash is registered again. */
async function keep(db: Database, directory: Directory): Promise<() => Promise<void>> {
  await db.whenReady();
  directory.restore(await loadRegistrations(db));
  let saved = '';
  return async () => {
    const { revision } = directory;
    if (revision === saved) return;
    await saveRegistrations(db, directory.registrations());
    saved = revision;
  };
}

/** Connections for health checks: each service has to prove its own name. */
class Dispatchers {
  readonly #kit: Kit;
  readonly #agents = new Map<string, Agent>();

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  of(name: string): Agent {
    const known = this.#agents.get(name);
    if (known) return known;
    const { tls } = this.#kit;
    const agent = new Agent({ connections: 2, ...(tls === null ? {} : { connect: tls.client(name) }) });
    this.#agents.set(name, agent);
    return agent;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()));
  }
}

await service({
  name: 'registry',
  routes: (kit) => {
    const { log } = kit;
    const db = kit.database(REGISTRY_SCHEMA);
    const directory = new Directory(systemClock);
    const dispatchers = new Dispatchers(kit);
    let save: (() => Promise<void>) | null = null;
    const saving = startLoop({
      name: 'save',
      intervalMs: SAVE_EVERY_MS,
      log,
      run: async () => {
        save ??= await keep(db, directory);
        await save();
      },
    });
    const loops = [
      saving,
      startLoop({
        name: 'expire',
        intervalMs: EXPIRE_EVERY_MS,
        log,
        run: async () => {
          for (const instance of directory.expire()) log.warn({ instance }, 'not heard of any more');
        },
      }),
      startLoop({
        name: 'health',
        intervalMs: HEALTH_EVERY_MS,
        log,
        run: () => pollHealth(directory, (name) => dispatchers.of(name)),
      }),
    ];
    kit.readyWhen('directory', async () => {
      if (save === null) throw new Error('not loaded yet');
    });
    kit.onStop(async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await dispatchers.close();
    });
    const told = new ToldView(directory);
    kit.onStop(told.offer());
    addRegistration(kit, directory, told, () => saving.nudge());
    addDiscovery(kit, told);
    addGraph(kit, directory);
  },
});
