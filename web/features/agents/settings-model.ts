import {
  DatabaseSettings,
  PeerSettings,
  RateLimitSettings,
  type ResilienceChange,
  type ResilienceState,
  type SettingMeta,
} from '@stormglass/agents/contract';

/** One number of a form. */
export interface SettingField extends SettingMeta {
  key: string;
  min: number;
  max: number;
}

/** What is set by one form: how a service calls a peer, its pool of connections, or one of its rate limits. */
export interface SettingTarget {
  kind: ResilienceChange['kind'];
  name: string;
  values: Readonly<Record<string, number>>;
  fields: readonly SettingField[];
  /** Instances which have another value than the first somewhere. */
  differs: string[];
}

type Shape = typeof PeerSettings.shape | typeof DatabaseSettings.shape | typeof RateLimitSettings.shape;

function fieldsOf(shape: Shape): SettingField[] {
  return Object.entries(shape).map(([key, schema]) => {
    const { title = key, unit = '', group = '', about = '' } = (schema.meta() ?? {}) as Partial<SettingMeta>;
    return { key, title, unit, group, about, min: schema.minValue ?? 0, max: schema.maxValue ?? 0 };
  });
}

const PEER_FIELDS = fieldsOf(PeerSettings.shape);
const DATABASE_FIELDS = fieldsOf(DatabaseSettings.shape);
const RATE_LIMIT_FIELDS = fieldsOf(RateLimitSettings.shape);

/** The forms of a service, from what its instances say. */
export function settingTargets(
  instances: readonly (ResilienceState & { instance: string })[],
): SettingTarget[] {
  const [first, ...others] = instances;
  if (!first) return [];
  const differs = (of: (state: ResilienceState) => object | undefined) =>
    others
      .filter((other) => JSON.stringify(of(other)) !== JSON.stringify(of(first)))
      .map(({ instance }) => instance);
  const peers = first.peers.map(({ name, settings }) => ({
    kind: 'peer' as const,
    name,
    values: settings,
    fields: PEER_FIELDS,
    differs: differs(({ peers }) => peers.find((peer) => peer.name === name)?.settings),
  }));
  const databases = first.databases.map(({ name, settings }) => ({
    kind: 'database' as const,
    name,
    values: settings,
    fields: DATABASE_FIELDS,
    differs: differs(({ databases }) => databases.find((database) => database.name === name)?.settings),
  }));
  const rateLimits = first.rateLimits.map(({ name, settings }) => ({
    kind: 'rateLimit' as const,
    name,
    values: settings,
    fields: RATE_LIMIT_FIELDS,
    differs: differs(({ rateLimits }) => rateLimits.find((limit) => limit.name === name)?.settings),
  }));
  return [...peers, ...databases, ...rateLimits];
}

/** In the order of their first field. */
export function byGroup(fields: readonly SettingField[]): [group: string, fields: SettingField[]][] {
  const groups = new Map<string, SettingField[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups];
}

/** What a person has typed, by field; fields which are not there are untouched. */
export type Draft = Readonly<Record<string, string>>;

export interface ReadDraft {
  /** Why a field cannot be saved, in words. */
  problems: Record<string, string>;
  /** What differs from what is set. */
  settings: Record<string, number>;
}

export function readDraft({ fields, values }: SettingTarget, draft: Draft): ReadDraft {
  const read: ReadDraft = { problems: {}, settings: {} };
  for (const { key, min, max } of fields) {
    const text = draft[key]?.trim();
    if (text === undefined) continue;
    const value = Number(text);
    if (text === '' || !Number.isInteger(value) || value < min || value > max) {
      read.problems[key] = `a whole number from ${min} to ${max.toLocaleString('en')}`;
    } else if (value !== values[key]) read.settings[key] = value;
  }
  return read;
}
