import { bisectTripCurve, windowsAround } from '@stormglass/chaos/breaker-proof';
import { call } from './api.ts';
import { expect, test } from './system.ts';
import { BREAKER, CALLER, ServicePair } from './trip-rig.ts';

const WHOLE = process.env.STORMGLASS_WHOLE_CURVE === '1';

test('A real breaker trips where its settings say, and its proof says that it kept them', async ({
  system,
}) => {
  if (WHOLE) test.setTimeout(3_600_000);
  const from = Date.now();
  const pair = await ServicePair.start(system);
  try {
    const limits = { service: CALLER, name: BREAKER, threshold: 0.5, volume: 4 };
    const curve = await bisectTripCurve(pair, limits, windowsAround(limits.volume, WHOLE), (point) => {
      const real = point.real ?? 'never';
      process.stdout.write(`${point.calls} calls: ${real}, configured ${point.configured ?? 'never'}\n`);
    });
    expect(curve.agrees, JSON.stringify(curve.points)).toBe(true);
    const trips = curve.points.flatMap(({ trials }) => trials.filter(({ opened }) => opened));
    const input = { from, to: Date.now() };
    const { breakers } = await call(system.dashboard, 'breakerProof', { input });
    const proof = breakers.find(({ service }) => service === CALLER);
    expect(proof).toMatchObject({ verdict: 'kept', findings: [], spec: { threshold: 0.5, volume: 4 } });
    expect(proof?.openings.filter((opening) => opening.from === 'closed')).toHaveLength(trips.length);
  } finally {
    await pair.stop();
  }
});
