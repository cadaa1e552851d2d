import { StormglassError } from '@stormglass/agents/contract';
import manifest from '../../package.json' with { type: 'json' };
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';

/** A version should come at once, milliseconds. */
const PATIENCE_MS = 2_000;

export const version = command({
  name: 'version',
  about: 'of the command line, of Node, and of the dashboard when one answers',
  arguments: [],
  options: DASHBOARD_OPTIONS,
  act: async ({ values }, { terminal, env, json }) => {
    const dashboard = await dashboardOf(values, env)
      .version(PATIENCE_MS)
      .catch((error: unknown) => {
        if (error instanceof StormglassError) return null;
        throw error;
      });
    const versions = { stormglass: manifest.version, node: process.version, dashboard };
    const there = dashboard === null ? 'no dashboard answers' : `dashboard ${dashboard}`;
    terminal.out(
      json ? JSON.stringify(versions) : `stormglass ${versions.stormglass}, Node ${versions.node}, ${there}`,
    );
    return 0;
  },
});
