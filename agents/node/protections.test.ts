import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CONTROL, EVENT, METRIC, PROTECTION_ATTR } from '../contract/index.ts';
import { Protections } from './protections.ts';
import { HandClock } from './testing/hand-clock.ts';
import { TestHub } from './testing/hub.ts';
import { OtlpSink } from './testing/otlp-sink.ts';
import { type Running, runService } from './testing/run.ts';

describe('a protection taken away for a time', () => {
  const setUp = () => {
    const clock = new HandClock();
    const heard: boolean[] = [];
    const all = new Protections(clock, () => {});
    all.offer([{ name: 'inbox', about: '', set: (on) => heard.push(on) }]);
    return { clock, heard, all };
  };

  test('comes back by itself', async () => {
    const { clock, heard, all } = setUp();
    const state = all.set({ name: 'inbox', on: false, forMs: 5_000 }, 'test');
    expect(state).toMatchObject({ on: false, until: clock.wall() + 5_000 });
    await clock.advance(4_999);
    expect(heard).toEqual([false]);
    await clock.advance(1);
    expect(heard).toEqual([false, true]);
    expect(all.list()).toMatchObject([{ on: true, until: null }]);
  });

  test('is not put back by the end of an earlier time', async () => {
    const { clock, all } = setUp();
    all.set({ name: 'inbox', on: false, forMs: 1_000 }, 'test');
    all.set({ name: 'inbox', on: false }, 'test');
    await clock.advance(10_000);
    expect(all.list()).toMatchObject([{ on: false, until: null }]);
  });

  test('must be one that the process has', () => {
    expect(() => setUp().all.set({ name: 'outbox', on: false }, 'test')).toThrow(
      'there is no protection outbox',
    );
  });
});

describe('over the agent channel', () => {
  const soon = { timeout: 20_000, interval: 20 };
  const main = fileURLToPath(new URL('testing/protected.ts', import.meta.url));
  let hub: TestHub;
  let sink: OtlpSink;
  let service: Running;
  beforeAll(async () => {
    hub = await TestHub.start();
    sink = await OtlpSink.start();
    const env = { STORMGLASS_HUB: hub.url, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
    service = await runService('protected', env, main);
    await vi.waitUntil(() => hub.hello('protected')?.protections.length, soon);
  });
  afterEach(() => hub.halt('protected'));
  afterAll(async () => {
    await service.stop();
    await Promise.all([hub.close(), sink.close()]);
  });
  const works = async () => (await fetch(service.url)).text();
  const said = () => hub.hello('protected')?.protections[0]?.on;
  const takeAway = () => hub.invoke('protected', 'switch.set', { name: 'inbox', on: false });

  test('it is taken away, which the hub is told at once, and put back', async () => {
    expect(await works()).toBe('true');
    expect(await takeAway()).toMatchObject({ ok: true, result: { name: 'inbox', on: false } });
    expect(await works()).toBe('false');
    await vi.waitUntil(() => said() === false, soon);
    const listed = await hub.invoke('protected', 'switch.list', {});
    expect(listed.ok && CONTROL['switch.list'].result.parse(listed.result).switches).toMatchObject([
      { name: 'inbox', about: 'a message delivered twice is handled once', on: false },
    ]);
    await hub.invoke('protected', 'switch.set', { name: 'inbox', on: true });
    expect(await works()).toBe('true');
    await vi.waitUntil(() => said() === true, soon);
  });

  test('stopping everything puts it back', async () => {
    await takeAway();
    await hub.halt('protected');
    expect(await works()).toBe('true');
    await vi.waitUntil(() => said() === true, soon);
  });

  test('its state is a metric, and each change an event', async () => {
    sink.points.length = 0;
    const at = (value: number) =>
      vi.waitUntil(
        () =>
          sink.points.some(
            (p) =>
              p.name === METRIC.protectionStatus &&
              p.attributes[PROTECTION_ATTR.name] === 'inbox' &&
              p.value === value,
          ),
        soon,
      );
    await at(1);
    await takeAway();
    await at(0);
    await hub.halt('protected');
    const removed = () => sink.events(EVENT.protectionRemoved);
    const restored = () => sink.events(EVENT.protectionRestored);
    await vi.waitUntil(() => removed().length > 0 && removed().length === restored().length, soon);
    expect(removed()[0]?.attributes[PROTECTION_ATTR.reason]).toBe('taken away by hand');
    expect(restored().at(-1)?.attributes[PROTECTION_ATTR.reason]).toBe('everything was stopped');
  });
});
