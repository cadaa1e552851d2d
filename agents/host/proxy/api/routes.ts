import { randomInt } from 'node:crypto';
import type { Proxies } from '../collection.ts';
import { ApiError, toxicExists, toxicNotFound } from '../errors.ts';
import { metricsText } from '../metrics.ts';
import type { ToxicProxy } from '../proxy.ts';
import { Toxic } from '../toxic.ts';
import { TOXIC_TYPES } from '../toxics/index.ts';
import { encode, proxyView, toxicView } from './encode.ts';
import { changedProxy, changedToxic, newProxy, newToxic, proxyList, renewal } from './requests.ts';

/** The version of Toxiproxy whose API this is. */
const VERSION = '2.12.0';

export interface Answer {
  status: number;
  type: string;
  body: string;
}

/** What a route needs: names are those in its path. */
export interface Call {
  proxies: Proxies;
  names: readonly string[];
  body: string;
}

type Handler = (call: Call) => Answer | Promise<Answer>;

const json = (value: unknown, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: encode(value),
});
const NOTHING: Answer = { status: 204, type: '', body: '' };

const proxyOf = ({ proxies, names }: Call): ToxicProxy => proxies.get(names[0] ?? '');

function toxicOf(call: Call): Toxic {
  const toxic = proxyOf(call).find(call.names[1] ?? '');
  if (toxic === undefined) throw toxicNotFound();
  return toxic;
}

async function populate({ proxies, body }: Call): Promise<Answer> {
  const made: ToxicProxy[] = [];
  // Those that were made before one which could not be are there, and are shown.
  const view = () => ({ proxies: made.length === 0 ? null : made.map(proxyView) });
  try {
    for (const wanted of proxyList(body)) made.push(await proxies.addOrReplace(wanted));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return json({ error: error.message, status: error.status, ...view() }, error.status);
  }
  return json(view(), 201);
}

async function updateProxy(call: Call): Promise<Answer> {
  const proxy = proxyOf(call);
  await proxy.update(changedProxy(call.body, proxy));
  return json(proxyView(proxy));
}

async function createToxic(call: Call): Promise<Answer> {
  const proxy = proxyOf(call);
  const spec = newToxic(call.body, (name) => {
    if (proxy.find(name) !== undefined) throw toxicExists();
  });
  const kind = TOXIC_TYPES.get(spec.type);
  if (kind === undefined) throw toxicNotFound();
  const toxic = new Toxic(spec, kind, randomInt(2 ** 32));
  await proxy.add(toxic);
  return json(toxicView(toxic));
}

function updateToxic(call: Call): Answer {
  const { attributes, toxicity, ttl } = changedToxic(call.body, toxicOf(call));
  const { name } = toxicOf(call).spec;
  const toxic = proxyOf(call).change(name, attributes, toxicity);
  if (ttl !== null) proxyOf(call).renew(name, ttl);
  return json(toxicView(toxic));
}

/** Ours: keeps a toxic alive, and says what it has done so far. */
function renewToxic(call: Call): Answer {
  const toxic = toxicOf(call);
  proxyOf(call).renew(toxic.spec.name, renewal(call.body));
  return json({ effects: toxic.effects });
}

const effectsOf: Handler = (call) => json({ effects: toxicOf(call).effects });

/** Method and path, in which `*` is a name. */
export const ROUTES: readonly { methods: readonly string[]; path: string; handle: Handler }[] = [
  {
    methods: ['GET'],
    path: '/version',
    handle: () => ({
      status: 200,
      type: 'application/json;charset=utf-8',
      body: `{"version": "${VERSION}"}\n`,
    }),
  },
  {
    methods: ['GET'],
    path: '/metrics',
    handle: ({ proxies }) => ({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: metricsText(proxies),
    }),
  },
  {
    methods: ['POST'],
    path: '/reset',
    handle: async ({ proxies }) => {
      await proxies.reset();
      return NOTHING;
    },
  },
  { methods: ['POST'], path: '/populate', handle: populate },
  {
    methods: ['GET'],
    path: '/proxies',
    handle: ({ proxies }) =>
      json(Object.fromEntries(proxies.all().map((proxy) => [proxy.name, proxyView(proxy)]))),
  },
  {
    methods: ['POST'],
    path: '/proxies',
    handle: async ({ proxies, body }) => json(proxyView(await proxies.add(newProxy(body))), 201),
  },
  { methods: ['GET'], path: '/proxies/*', handle: (call) => json(proxyView(proxyOf(call))) },
  { methods: ['POST', 'PATCH'], path: '/proxies/*', handle: updateProxy },
  {
    methods: ['DELETE'],
    path: '/proxies/*',
    handle: async (call) => {
      await call.proxies.remove(proxyOf(call).name);
      return NOTHING;
    },
  },
  {
    methods: ['GET'],
    path: '/proxies/*/toxics',
    handle: (call) => json(proxyOf(call).toxics.map(toxicView)),
  },
  { methods: ['POST'], path: '/proxies/*/toxics', handle: createToxic },
  { methods: ['GET'], path: '/proxies/*/toxics/*', handle: (call) => json(toxicView(toxicOf(call))) },
  { methods: ['POST', 'PATCH'], path: '/proxies/*/toxics/*', handle: updateToxic },
  {
    methods: ['DELETE'],
    path: '/proxies/*/toxics/*',
    handle: async (call) => {
      await proxyOf(call).removeToxic(toxicOf(call).spec.name);
      return NOTHING;
    },
  },
  { methods: ['GET'], path: '/proxies/*/toxics/*/lease', handle: effectsOf },
  { methods: ['POST'], path: '/proxies/*/toxics/*/lease', handle: renewToxic },
];
