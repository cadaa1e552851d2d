import type { WantedProxy } from '../collection.ts';
import { badBody, invalidStream, invalidType, missingField } from '../errors.ts';
import type { Attributes } from '../stage.ts';
import type { Stream, Toxic, ToxicSpec } from '../toxic.ts';
import { TOXIC_TYPES } from '../toxics/index.ts';
import { decode, type Named, parseFirst, type Shape } from './decode.ts';

const PROXY_NAMES = { type: 'toxiproxy.Proxy', field: 'Proxy' };
const LISTED = { type: 'struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }', field: '' };
const TOXIC_NAMES = {
  type: 'toxics.ToxicWrapper',
  field: 'ToxicWrapper',
  attributes: 'toxics.NoopToxic',
};
const PROXY = { name: 'string', listen: 'string', upstream: 'string', enabled: 'bool' } as const;
const OURS = { ttl: 'int64', seed: 'int64', max_affected: 'int64' } as const;
const TOXIC = {
  name: 'string',
  type: 'string',
  stream: 'string',
  toxicity: 'float32',
  attributes: 'object',
  ...OURS,
} as const;
/** Longest life of a lease on a toxic, ms: that of a fault. */
const MOST_TTL_MS = 600_000;

/** The body of `POST /proxies`. */
export function newProxy(body: string): WantedProxy {
  return wantedProxy(parseFirst(body), PROXY_NAMES, '');
}

/** The body of `POST /populate`, and a configuration file. */
export function proxyList(body: string): WantedProxy[] {
  const list = parseFirst(body);
  if (list === null) return [];
  if (!Array.isArray(list)) {
    const kind = typeof list === 'boolean' ? 'bool' : typeof list;
    throw badBody(`json: cannot unmarshal ${kind} into Go value of type []${LISTED.type}`);
  }
  return list.map((each: unknown, i) => wantedProxy(each, LISTED, ` at proxy ${i + 1}`));
}

function wantedProxy(value: unknown, names: Named, where: string): WantedProxy {
  const { name = '', listen = '', upstream = '', enabled = true } = decode(value, PROXY, names);
  if (name === '') throw missingField(`name${where}`);
  if (upstream === '') throw missingField(`upstream${where}`);
  return { name, listen, upstream, enabled };
}

/** The body of a change of a proxy; what it leaves out stays as it is. */
export function changedProxy(body: string, known: Omit<WantedProxy, 'name'>): Omit<WantedProxy, 'name'> {
  const { listen, upstream, enabled } = decode(parseFirst(body), PROXY, PROXY_NAMES);
  return {
    listen: listen ?? known.listen,
    upstream: upstream ?? known.upstream,
    enabled: enabled ?? known.enabled,
  };
}

/** The body of `POST /proxies/{proxy}/toxics`; `taken` throws when the name is. */
export function newToxic(body: string, taken: (name: string) => void): ToxicSpec {
  const given = decode(parseFirst(body), TOXIC, TOXIC_NAMES);
  const { type = '', toxicity = 1 } = given;
  const stream = streamOf(given.stream ?? 'downstream');
  const name = given.name || `${type}_${given.stream ?? 'downstream'}`;
  const kind = TOXIC_TYPES.get(type);
  if (kind === undefined) throw invalidType();
  taken(name);
  return {
    name,
    type,
    stream,
    streamGiven: given.stream ?? 'downstream',
    toxicity,
    attributes: attributesOf(given.attributes, kind.zeros, type),
    ttl: given.ttl === undefined ? null : ttlOf(given.ttl),
    seed: given.seed ?? null,
    maxAffected: given.max_affected ?? null,
  };
}

/** The body of a change of a toxic; what it leaves out stays as it is. */
export function changedToxic(body: string, toxic: Toxic) {
  const shape = { attributes: 'object', toxicity: 'float32', ttl: 'int64' } as const;
  const attributes = `toxics.${goName(toxic.spec.type)}`;
  const given = decode(parseFirst(body), shape, { type: 'struct', field: '', attributes });
  return {
    attributes: attributesOf(given.attributes, toxic.attributes, toxic.spec.type),
    toxicity: given.toxicity ?? toxic.toxicity,
    ttl: given.ttl === undefined ? null : ttlOf(given.ttl),
  };
}

/** The body of a renewal of a toxic's lease. */
export function renewal(body: string): number {
  const { ttl } = decode(parseFirst(body), OURS, { type: 'Lease', field: 'Lease' });
  if (ttl === undefined) throw missingField('ttl');
  return ttlOf(ttl);
}

function ttlOf(ttl: number): number {
  if (ttl >= 1 && ttl <= MOST_TTL_MS) return ttl;
  throw badBody(`ttl has to be 1 to ${MOST_TTL_MS} milliseconds`);
}

function streamOf(text: string): Stream {
  const stream = text.toLowerCase();
  if (stream === 'upstream' || stream === 'downstream') return stream;
  throw invalidStream();
}

function attributesOf(given: object | undefined, known: Attributes, type: string): Attributes {
  const entries = Object.entries(known).map(([name, value]) => [
    name,
    typeof value === 'number' ? (type === 'slicer' ? 'int' : 'int64') : 'string',
  ]);
  const shape: Shape = Object.fromEntries(entries);
  const name = goName(type);
  return {
    ...known,
    ...decode(given ?? null, shape, { type: name, field: `${name}.attributes` }),
  } as Attributes;
}

/** `limit_data` is a `LimitDataToxic` there. */
function goName(type: string): string {
  if (type === 'reset_peer') return 'ResetToxic';
  const parts = type.split('_').map((part) => part.charAt(0).toUpperCase() + part.slice(1));
  return `${parts.join('')}Toxic`;
}
