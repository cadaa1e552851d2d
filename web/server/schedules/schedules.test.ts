import { ExperimentSpec, type ScheduleView } from '@stormglass/chaos/contract';
import type { RunExperiment } from '@stormglass/chaos/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stormglass } from '../testing/command-line.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { JumpingTime } from '../testing/jumping-time.ts';

const sli = { service: 'gateway', metric: 'good_rate' };
const SPEC = ExperimentSpec.parse({
  title: 'Payments are slow',
  description: 'Latency on payments',
  sli,
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: sli } }],
  },
  method: [],
});

/** Runs until somebody aborts it. */
const untilStopped: RunExperiment = async function* ({ clock, signal }) {
  yield { type: 'phase', at: clock.now(), phase: 'method' };
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  yield { type: 'ended', at: clock.now(), verdict: 'passed', why: 'enough' };
};

/** A Friday. */
const NOON = Date.parse('2027-01-08T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let dir: ReturnType<typeof tempDir>;
let time: JumpingTime;
let dashboard: TestDashboard;
/** Experiments are read after it; `asked` is called before. */
let reading: Promise<void> = Promise.resolve();
let asked = () => {};

/** Experiments are not read before `read` is called; `begun` resolves when somebody waits for them. */
function slowly(): { begun: Promise<void>; read: () => void } {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  reading = gate.promise;
  asked = () => begun.resolve();
  return { begun: begun.promise, read: () => gate.resolve() };
}

const open = () =>
  startDashboard({
    dataDir: dir.path,
    time,
    runExperiment: untilStopped,
    loadExperiments: async () => {
      asked();
      await reading;
      return { experiments: [{ id: 'slow', path: 'slow.yaml', spec: SPEC }], refused: [] };
    },
  });

beforeEach(async () => {
  dir = tempDir();
  time = new JumpingTime(NOON);
  reading = Promise.resolve();
  dashboard = await open();
});
afterEach(async () => {
  await dashboard.close();
  dir.remove();
});

const create = (over: object = {}): Promise<ScheduleView> =>
  dashboard.call('createSchedule', 'POST', '/api/schedules', {
    name: 'hourly',
    experimentId: 'slow',
    cron: '0 * * * *',
    ...over,
  });
const history = async (id?: string) =>
  (await dashboard.call('scheduleStarts', 'GET', `/api/schedules/history${id ? `?id=${id}` : ''}`)).starts;
const says = (...lines: [string, string | RegExp][]) =>
  eventually(async () => {
    const said = (await history()).toReversed().map(({ outcome, why }) => [outcome, why]);
    expect(said).toEqual(
      lines.map(([outcome, why]) => [outcome, typeof why === 'string' ? why : expect.stringMatching(why)]),
    );
  });
const stopRun = async () => {
  const { runs } = await dashboard.call('runs', 'GET', '/api/runs');
  const id = runs.find(({ verdict }) => verdict === null)?.id;
  await dashboard.call('abortRun', 'POST', `/api/runs/${id}/abort`);
};

describe('a schedule', () => {
  test('starts its experiment when it is due, and each start is in the audit log', async () => {
    const schedule = await create({ seed: 7 });
    expect(schedule.nextAt).toBe(NOON + HOUR);
    time.jumpTo(NOON + HOUR);
    await says(['started', '']);
    await stopRun();
    time.jumpTo(NOON + 2 * HOUR);
    await says(['started', ''], ['started', '']);
    const [newest, first] = await history(schedule.id);
    expect([first?.verdict, newest?.verdict]).toEqual(['passed', null]);
    const run = await dashboard.call('run', 'GET', `/api/runs/${newest?.runId}`);
    expect(run).toMatchObject({ startedBy: 'schedule hourly', seed: 7 });
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    const starts = entries.filter(({ what }) => what === 'schedule.start');
    expect(starts.map(({ who, outcome }) => [who, outcome])).toEqual([
      ['schedule hourly', `run ${newest?.runId}`],
      ['schedule hourly', `run ${first?.runId}`],
    ]);
  });

  test('that is due while something runs is skipped and says so', async () => {
    await create();
    await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow' });
    time.jumpTo(NOON + HOUR);
    await says(['skipped', 'Payments are slow is running']);
  });

  test('that shall queue waits for its turn, once', async () => {
    await create({ whenBusy: 'queue' });
    await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow' });
    time.jumpTo(NOON + HOUR);
    await says(['queued', 'waits: Payments are slow is running']);
    time.jumpTo(NOON + 2 * HOUR);
    await says(['queued', /waits/], ['skipped', 'an earlier start of this schedule still waits']);
    await stopRun();
    await says(['started', /^waited \d+ s$/], ['skipped', /still waits/]);
  });

  test('that waits is given up when its schedule is paused', async () => {
    const { id } = await create({ whenBusy: 'queue' });
    await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow' });
    time.jumpTo(NOON + HOUR);
    await says(['queued', /waits/]);
    await dashboard.call('changeSchedule', 'POST', `/api/schedules/${id}`, { paused: true });
    await stopRun();
    await says(['missed', 'the schedule was changed while it waited']);
    expect((await dashboard.call('runs', 'GET', '/api/runs')).runs).toHaveLength(1);
  });

  test('that falls due while its schedule is changed begins once', async () => {
    const { id } = await create();
    const { begun, read } = slowly();
    const change = dashboard.send('POST', `/api/schedules/${id}`, { body: { name: 'each hour' } });
    await begun;
    time.jumpTo(NOON + HOUR);
    read();
    expect((await change).status).toBe(200);
    await says(['started', '']);
    time.jumpTo(NOON + 2 * HOUR);
    await says(['started', ''], ['skipped', 'Payments are slow is running']);
  });

  test('of a schedule that is deleted while another one begins does not come, and brings it not back', async () => {
    await create({ name: 'first' });
    const { id } = await create({ name: 'second' });
    const { begun, read } = slowly();
    time.jumpTo(NOON + HOUR);
    await begun;
    await dashboard.call('deleteSchedule', 'DELETE', `/api/schedules/${id}`);
    read();
    await says(['started', '']);
    time.jumpTo(NOON + 2 * HOUR);
    await says(['started', ''], ['skipped', 'Payments are slow is running']);
    const { schedules } = await dashboard.call('schedules', 'GET', '/api/schedules');
    expect(schedules.map(({ name }) => name)).toEqual(['first']);
  });

  test('starts nothing outside of its hours, in maintenance, or while chaos is halted', async () => {
    await create({ onlyBetween: [{ days: ['fri'], from: '14:00', to: '23:00' }] });
    await dashboard.call('addMaintenance', 'POST', '/api/maintenance', {
      title: 'new database',
      from: NOON + 2 * HOUR,
      to: NOON + 3 * HOUR,
    });
    const after = [];
    for (const [hours, words] of [
      [1, 'outside of its hours: fri 14:00 to 23:00 (UTC)'],
      [2, 'maintenance until 2027-01-08T15:00:00.000Z: new database'],
    ] as const) {
      time.jumpTo(NOON + hours * HOUR);
      after.push(['skipped', words] as [string, string]);
      await says(...after);
    }
    await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    time.jumpTo(NOON + 3 * HOUR);
    await says(...after, ['skipped', /halted/]);
    expect((await dashboard.call('runs', 'GET', '/api/runs')).runs).toEqual([]);
  });

  test('does not catch up with what it missed while the dashboard was down, and says so', async () => {
    const { id } = await create();
    await dashboard.close();
    time.jumpTo(NOON + 3 * HOUR + MINUTE);
    dashboard = await open();
    await says(['missed', /^3 starts were missed, the first at 2027-01-08T13:00.*dashboard was down/]);
    const { schedules } = await dashboard.call('schedules', 'GET', '/api/schedules');
    expect(schedules.find((one) => one.id === id)?.nextAt).toBe(NOON + 4 * HOUR);
    expect((await dashboard.call('runs', 'GET', '/api/runs')).runs).toEqual([]);
  });

  test('that waited when the dashboard ended has missed its turn', async () => {
    await create({ whenBusy: 'queue' });
    await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow' });
    time.jumpTo(NOON + HOUR);
    await says(['queued', /waits/]);
    await dashboard.close();
    dashboard = await open();
    await says(['missed', 'the dashboard ended while it waited']);
  });

  test('that was slept through is missed as well', async () => {
    await create();
    time.jumpTo(NOON + 90 * MINUTE);
    await says(['missed', /^one start was missed: this machine slept/]);
  });

  test('can be paused, changed, run now and deleted', async () => {
    const { id } = await create();
    const path = `/api/schedules/${id}`;
    const paused = await dashboard.call('changeSchedule', 'POST', path, { paused: true });
    expect(paused).toMatchObject({ paused: true, nextAt: null });
    time.jumpTo(NOON + HOUR);
    const changed = await dashboard.call('changeSchedule', 'POST', path, {
      paused: false,
      cron: '30 * * * *',
    });
    expect(changed).toMatchObject({ cron: '30 * * * *', nextAt: NOON + HOUR + 30 * MINUTE });
    const now = await dashboard.call('runSchedule', 'POST', `${path}/run`, {});
    expect(now).toMatchObject({ outcome: 'started', runId: expect.any(String) });
    await dashboard.call('deleteSchedule', 'DELETE', path);
    expect((await dashboard.call('schedules', 'GET', '/api/schedules')).schedules).toEqual([]);
    await says(['started', '']);
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    expect(entries.map(({ what }) => what).filter((what) => what.startsWith('schedule.'))).toEqual([
      ...['schedule.delete', 'schedule.start', 'schedule.change', 'schedule.pause', 'schedule.create'],
    ]);
  });

  test('is worked from the command line', async () => {
    const cli = (...words: string[]) => stormglass(dashboard.url, ...words);
    const words = ['--cron', '0 3 * * MON', '--zone', 'Europe/Berlin', '--between', 'mon-wed/02:00-04:00'];
    const added = await cli('schedules', 'add', 'slow', ...words, '--json');
    const { id, onlyBetween, nextAt } = JSON.parse(added.out);
    expect(onlyBetween).toEqual([{ days: ['mon', 'tue', 'wed'], from: '02:00', to: '04:00' }]);
    expect(nextAt).toBe(Date.parse('2027-01-11T02:00:00Z'));
    expect((await cli('schedules', 'pause', id)).out).toContain('paused');
    expect((await cli('schedules', 'run', id)).out).toContain('runs');
    expect((await cli('schedules', 'history')).out).toMatch(/^2027-01-08T12:\d\d:\S+ {2}runs {2}\S+\n$/);
    const wrong = await cli('schedules', 'add', 'slow', '--cron', '0 3 * * MUN');
    expect([wrong.code, wrong.err]).toEqual([64, expect.stringContaining('0 3 * * MUN\n        ^')]);
    expect((await cli('schedules', 'delete', id)).out).toBe('slow is deleted\n');
  });

  test.each([
    [{ cron: '0 25 * * *' }, 400, /column 3: hour: 25/],
    [{ timeZone: 'Mars/Base' }, 400, /no time zone Mars/],
    [{ experimentId: 'none' }, 404, /no experiment none/],
  ])('%j is refused', async (over, status, message) => {
    const body = { name: 'x', experimentId: 'slow', cron: '@daily', ...over };
    const reply = await dashboard.send('POST', '/api/schedules', { body });
    expect(reply).toMatchObject({ status, body: { error: { message: expect.stringMatching(message) } } });
  });
});
