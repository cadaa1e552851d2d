import {
  CONTROL,
  type DatabaseSettings,
  type PeerSettings,
  type ResilienceChange,
  type ResilienceState,
  StormglassError,
} from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import type { Log } from './log.ts';

interface Adjustable<Settings> {
  readonly name: string;
  readonly settings: Readonly<Settings>;
  /** Takes effect on what runs; what is not named stays. */
  configure(change: Partial<Settings>): void;
}

/** What of a process can be set while it runs. */
export interface AdjustableParts {
  peers: readonly Adjustable<PeerSettings>[];
  databases: readonly Adjustable<DatabaseSettings>[];
}

/** Offers the settings of all peers and databases on the agent channel (`resilience.get`, `resilience.set`). */
export function offerResilience(parts: AdjustableParts, log: Log): () => void {
  if (parts.peers.length + parts.databases.length === 0) return () => {};
  const withdrawals = [
    registerControl({
      name: 'resilience.get',
      title: 'Show the settings of its peers and databases',
      input: CONTROL['resilience.get'].input,
      run: () => stateOf(parts),
    }),
    registerControl({
      name: 'resilience.set',
      title: 'Change a setting of a peer or database',
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
  if (change.kind === 'peer') configure(parts.peers, change.name, given(change.settings));
  else configure(parts.databases, change.name, given(change.settings));
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

function stateOf({ peers, databases }: AdjustableParts): ResilienceState {
  return {
    peers: peers.map(({ name, settings }) => ({ name, settings: { ...settings } })),
    databases: databases.map(({ name, settings }) => ({ name, settings: { ...settings } })),
  };
}
