import {
  assertNever,
  CONTROL,
  type DatabaseSettings,
  type PeerSettings,
  type RateLimitSettings,
  type ResilienceChange,
  type ResilienceState,
  StormglassError,
} from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { systemClock } from './clock.ts';
import type { Log } from './log.ts';
import { reportSettings } from './resilience-report.ts';

/** Something with settings that can be changed while it runs. */
export interface Adjustable<Settings> {
  readonly name: string;
  readonly settings: Readonly<Settings>;
  /** Takes effect on what runs; what is not named stays. */
  configure(change: Partial<Settings>): void;
}

/** What of a process can be set while it runs. */
export interface AdjustableParts {
  peers: readonly Adjustable<PeerSettings>[];
  databases: readonly Adjustable<DatabaseSettings>[];
  rateLimits: readonly Adjustable<RateLimitSettings>[];
}

/** Offers the settings of all its parts on the agent channel (`resilience.get`, `resilience.set`), and reports them. */
export function offerResilience(parts: AdjustableParts, log: Log): () => void {
  if (parts.peers.length + parts.databases.length + parts.rateLimits.length === 0) return () => {};
  const withdrawals = [
    reportSettings(() => stateOf(parts), systemClock),
    registerControl({
      name: 'resilience.get',
      title: 'Show the settings of its peers, databases and rate limits',
      input: CONTROL['resilience.get'].input,
      run: () => stateOf(parts),
    }),
    registerControl({
      name: 'resilience.set',
      title: 'Change a setting of a peer, database or rate limit',
      input: CONTROL['resilience.set'].input,
      run: (change) => {
        apply(parts, change);
        log.info({ change }, 'settings changed');
        return stateOf(parts);
      },
    }),
  ];
  return () => {
    for (const withdraw of withdrawals) withdraw();
  };
}

function apply(parts: AdjustableParts, change: ResilienceChange): void {
  switch (change.kind) {
    case 'peer':
      configure(parts.peers, change.name, given(change.settings));
      break;
    case 'database':
      configure(parts.databases, change.name, given(change.settings));
      break;
    case 'rateLimit':
      configure(parts.rateLimits, change.name, given(change.settings));
      break;
    default:
      assertNever(change);
  }
}

function configure<Settings>(
  all: readonly Adjustable<Settings>[],
  name: string,
  settings: Partial<Settings>,
): void {
  const named = all.filter((one) => one.name === name);
  if (named.length === 0) {
    const known = all.map((one) => one.name).join(', ') || 'none';
    throw new StormglassError('not_found', `this process does not use ${name}`, `Choose one of ${known}.`);
  }
  for (const one of named) one.configure(settings);
}

/** Without the fields that are undefined: they would overwrite what is set. */
function given<Settings extends object>(
  settings: Settings,
): { [K in keyof Settings]: Exclude<Settings[K], undefined> } {
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof Settings]: Exclude<Settings[K], undefined> };
}

function stateOf({ peers, databases, rateLimits }: AdjustableParts): ResilienceState {
  const told = <Settings>({ name, settings }: Adjustable<Settings>) => ({ name, settings: { ...settings } });
  return { peers: peers.map(told), databases: databases.map(told), rateLimits: rateLimits.map(told) };
}
