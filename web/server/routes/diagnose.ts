import type { Diagnosis } from '@stormglass/chaos/contract';
import { diagnose } from '@stormglass/chaos/diagnose';
import type { Call, Parts } from './handler.ts';
import { type Handlers, param } from './handler.ts';

const LOOK_BACK_MS = 14 * 60_000;
const LATELY_MS = 60_000;
const EXAMPLES = 20;

export function diagnoseRoutes(p: Parts): Pick<Handlers, 'diagnose'> {
  return { diagnose: (call) => diagnosisOf(p, call) };
}

/** What the dashboard knows of a service put together; what the store does not answer is left out and said. */
async function diagnosisOf(p: Parts, call: Call<'diagnose'>): Promise<Diagnosis> {
  const service = param(call, 'name');
  const at = p.time.now();
  const blind: string[] = [];
  const orNothing = async <T>(what: string, asked: Promise<T[]>): Promise<T[]> => {
    try {
      return await asked;
    } catch (error) {
      blind.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  };
  const lately = { from: at - LATELY_MS, to: at };
  const failed = { ...lately, kind: 'server' as const, service, want: 'failing' as const, limit: EXAMPLES };
  const [failing, pools] = await Promise.all([
    orNothing(
      'traces',
      p.telemetry.examples(failed, call.signal).then(({ examples }) => examples),
    ),
    orNothing('pools of connections', p.telemetry.pools(service, lately, call.signal)),
  ]);
  const evidence = {
    ...{ service, at, failing, pools },
    timeline: p.window.slice(at - LOOK_BACK_MS, at),
    agents: p.hub.list().filter((agent) => agent.kind === 'node' && agent.service === service),
    faults: p.faults.list().filter(({ endedAt }) => endedAt === null),
  };
  return diagnose(evidence, blind);
}
