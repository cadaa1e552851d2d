import type { FaultInterval, FaultSpec } from '@stormglass/agents/contract';
import { VERDICTS } from '../../contract/index.ts';
import { faultTitle } from '../../engine/index.ts';
import type { Armed, Dashboard } from '../api.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { FAULT_OPTIONS, faultsOf } from '../fault-options.ts';
import { columns } from '../table.ts';

export const faultsList = command({
  name: 'faults list',
  about: 'the faults that are armed',
  arguments: [],
  options: { all: { type: 'boolean', about: 'and those that have ended' }, ...DASHBOARD_OPTIONS },
  act: async ({ values }, { terminal, env, json }) => {
    const known = await dashboardOf(values, env).faults();
    const faults = known.filter(({ endedAt }) => values.all || endedAt === null);
    if (json) terminal.out(JSON.stringify({ faults }));
    else if (faults.length === 0) terminal.out('no fault is armed');
    else for (const line of columns(faults.map((fault) => row(fault, terminal.now())))) terminal.out(line);
    return 0;
  },
});

function row(fault: FaultInterval, now: number): string[] {
  const { faultId, spec, owner, injections, endedAt, expiresAt, endReason, reverted } = fault;
  const left = Math.max(0, Math.ceil((expiresAt - now) / 1000));
  const gone = reverted === false ? 'NOT REVERTED' : (endReason ?? 'ended');
  const state = endedAt === null ? `ends in ${left} s` : gone;
  return [faultId, state, `${injections} injected`, owner, faultTitle(spec)];
}

export const faultsArm = command({
  name: 'faults arm',
  about: 'arm the faults of a file, or one by options',
  arguments: [{ name: 'file', words: 'file', optional: true }],
  options: {
    ...FAULT_OPTIONS,
    dry: { type: 'boolean', about: 'only list what would be hurt' },
    ...DASHBOARD_OPTIONS,
  },
  more: `A file has one fault, a list of them, or a list under \`faults\`, as \`stormglass import istio\` writes it. When one of
several cannot be armed, those before it are released.

  stormglass faults arm --type latency --target payments --set ms=3500 --route /charges --percentage 80 --duration 20s`,
  act: async ({ args, values }, { terminal, env, json }) => {
    const specs = await faultsOf(args[0], values);
    const dashboard = dashboardOf(values, env);
    const armed = await armAll(dashboard, specs, values.dry);
    if (json) terminal.out(JSON.stringify({ armed }));
    else for (const [i, one] of armed.entries()) terminal.out(words(one, specs[i]));
    return 0;
  },
});

async function armAll(dashboard: Dashboard, specs: readonly FaultSpec[], dry: boolean): Promise<Armed[]> {
  const armed: Armed[] = [];
  try {
    for (const spec of specs) armed.push(await dashboard.arm(spec, dry));
  } catch (error) {
    await Promise.allSettled(
      armed.flatMap(({ fault }) => (fault === null ? [] : [dashboard.release(fault.faultId)])),
    );
    throw error;
  }
  return armed;
}

function words({ fault, targets }: Armed, spec: FaultSpec | undefined): string {
  const where = targets.map(({ service, instance }) => `${service} (${instance})`).join(', ');
  const title = spec === undefined ? '' : faultTitle(spec);
  if (fault === null) return `${title}: would be armed on ${where}`;
  return `${fault.faultId}  ${title}, on ${where}, for ${fault.spec.durationMs / 1000} s at most`;
}

export const faultsRelease = command({
  name: 'faults release',
  about: 'end one fault and say how its end was read back',
  arguments: [{ name: 'id', words: 'fault' }],
  options: DASHBOARD_OPTIONS,
  more: 'Exits with 5 when it could not be shown to be gone.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const released = await dashboardOf(values, env).release(args[0] ?? '');
    const failed = released.ends.filter(({ reverted }) => !reverted);
    if (json) terminal.out(JSON.stringify(released));
    else {
      terminal.out(`${released.fault.faultId}: ${failed.length > 0 ? 'NOT REVERTED' : 'released'}`);
      for (const { readBack, injections } of released.ends)
        terminal.out(`  ${readBack}, ${injections} injected`);
    }
    return failed.length > 0 ? VERDICTS['revert-failed'] : 0;
  },
});
