import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyTimeline, StormglassError } from '@stormglass/agents/contract';
import { ExperimentSpec, GameDayPlan } from '@stormglass/chaos/contract';
import type { RunExperiment } from '@stormglass/chaos/engine';
import { renderGameDay } from '@stormglass/chaos/report';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { begun, stormglass } from '../testing/command-line.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { JumpingTime } from '../testing/jumping-time.ts';
import { noTelemetry } from '../window/telemetry.ts';

const sli = { service: 'gateway', metric: 'good_rate' };
const spec = (title: string) =>
  ExperimentSpec.parse({
    title,
    description: 'one of a game day',
    sli,
    'steady-state-hypothesis': {
      title: 'Orders work',
      probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: sli } }],
    },
    method: [],
  });

/** Seed 9 fails to revert, seed 8 runs until it is aborted, all others pass. */
const bySeed: RunExperiment = async function* ({ clock, seed, signal }) {
  yield { type: 'phase', at: clock.now(), phase: 'method' };
  if (seed === 8) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const verdict = seed === 9 ? 'revert-failed' : seed === 8 ? 'aborted' : 'passed';
  yield { type: 'ended', at: clock.now(), verdict, why: `seed ${seed}` };
};

let dir: ReturnType<typeof tempDir>;
let time: JumpingTime;
let dashboard: TestDashboard;
/** What experiments are read, and sweeps are planned, behind. */
let reading: Promise<void>;
let planning: PromiseWithResolvers<never>;

const open = () =>
  startDashboard({
    dataDir: dir.path,
    time,
    runExperiment: bySeed,
    telemetry: {
      ...{ ...noTelemetry(), timeline: async () => emptyTimeline(), serviceMap: () => planning.promise },
      ...{ journeys: () => planning.promise, journeyPaths: () => planning.promise },
    },
    loadGameDays: async () => ({
      plans: [{ id: 'drill', plan: GameDayPlan.parse({ title: 'Friday drill', steps: [ASK] }) }],
      refused: [
        {
          ...{ id: 'bad', path: '/files/bad.yaml' },
          error: new StormglassError('invalid_request', 'it has no steps', 'Write some.'),
        },
      ],
    }),
    loadExperiments: async () => {
      await reading;
      return {
        experiments: ['slow', 'dead'].map((id) => ({ id, path: `${id}.yaml`, spec: spec(`The ${id} one`) })),
        refused: [],
      };
    },
  });

beforeEach(async () => {
  dir = tempDir();
  time = new JumpingTime();
  reading = Promise.resolve();
  planning = Promise.withResolvers();
  dashboard = await open();
});
afterEach(async () => {
  await dashboard.close();
  dir.remove();
});

const experiment = (id: string, seed = 1) => ({ type: 'experiment', id, seed });
const ASK = { type: 'ask', says: 'Who saw it first?' };
const play = (steps: unknown[], over: object = {}) =>
  dashboard.call('startGameday', 'POST', '/api/gamedays', { title: 'Friday drill', steps, ...over });
const look = (id: string) => dashboard.call('gameday', 'GET', `/api/gamedays/${id}`);
const isAt = (id: string, step: number) =>
  eventually(async () => expect((await look(id)).gameday.done).toHaveLength(step));
const ended = (id: string) =>
  eventually(async () => {
    const { gameday } = await look(id);
    expect(gameday.state).not.toBe('running');
    return gameday;
  });
const post = (id: string, what: 'continue' | 'stop') =>
  dashboard.send('POST', `/api/gamedays/${id}/${what}`, { body: {} });

describe('a game day', () => {
  test('plays its steps in order, waits for people, and keeps what they write', async () => {
    const pause = { type: 'pause', seconds: 600, says: 'coffee' };
    const { id } = await play([experiment('slow', 3), ASK, pause, experiment('dead')]);
    await isAt(id, 2);
    await dashboard.call('noteGameday', 'POST', `/api/gamedays/${id}/notes`, { text: 'ada saw | it first' });
    expect((await post(id, 'continue')).status).toBe(200);
    await isAt(id, 3);
    time.jumpTo(time.now() + 600_000);
    const { state, done, notes } = await ended(id);
    expect([state, done.map(({ verdict }) => verdict)]).toEqual(['ended', ['passed', null, null, 'passed']]);
    expect(notes).toEqual([expect.objectContaining({ step: 1, by: 'person', text: 'ada saw | it first' })]);
    const report = await look(id);
    expect(report.runs.map(({ startedBy, seed }) => [startedBy, seed])).toEqual([
      ['game day Friday drill', 3],
      ['game day Friday drill', 1],
    ]);
    const markdown = renderGameDay(report, 'markdown');
    expect(markdown).toMatch(
      /The slow one, seed 3: passed[\s\S]*Asked: Who saw it first[\s\S]*noted: ada saw \| it first/,
    );
    expect(markdown).toContain('## The dead one');
    const page = renderGameDay(report, 'html');
    expect(page).toContain('coffee');
    expect(page).not.toContain('<script');
    expect(JSON.parse(renderGameDay(report, 'json'))).toEqual(report);
    const served = await dashboard.send('GET', `/api/gamedays/${id}/report`);
    expect(served.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(served.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(served.body).toBe(page);
    const asText = await dashboard.send('GET', `/api/gamedays/${id}/report?format=markdown`);
    expect([asText.headers.get('content-type'), asText.body]).toEqual([
      ...['text/markdown; charset=utf-8', markdown],
    ]);
    expect((await dashboard.send('GET', '/api/gamedays/none/report')).body).toMatchObject({
      error: { code: 'not_found' },
    });
  });

  test('that is a file is offered with all its steps, and a file that is none is said to be none', async () => {
    const { plans, problems } = await dashboard.call('gamedayPlans', 'GET', '/api/gameday-plans');
    expect(plans).toMatchObject([{ id: 'drill', plan: { title: 'Friday drill' } }]);
    expect(problems).toEqual([{ file: 'bad.yaml', message: 'it has no steps' }]);
    const started = await dashboard.call('startGameday', 'POST', '/api/gamedays', plans[0]?.plan);
    await isAt(started.id, 1);
    expect((await post(started.id, 'continue')).status).toBe(200);
    expect(await ended(started.id)).toMatchObject({ state: 'ended' });
  });

  test('stops on a verdict as its file says, and goes on otherwise', async () => {
    const steps = [experiment('slow', 9), experiment('dead')];
    const stopped = await ended((await play(steps)).id);
    expect(stopped).toMatchObject({ state: 'stopped', why: 'the verdict of step 1 was revert-failed' });
    const through = await ended((await play(steps, { stop_on: [] })).id);
    expect(through.done.map(({ verdict }) => verdict)).toEqual(['revert-failed', 'passed']);
  });

  test('is played alone, and stopping it aborts the run that is going on', async () => {
    const { id } = await play([experiment('slow', 8), experiment('dead')]);
    await eventually(async () => expect((await look(id)).runs).toHaveLength(1));
    const body = { title: 'Another', steps: [experiment('slow')] };
    expect((await dashboard.send('POST', '/api/gamedays', { body })).status).toBe(409);
    expect((await post(id, 'continue')).status).toBe(409);
    expect((await post(id, 'stop')).status).toBe(200);
    const { gameday, runs } = await look(id);
    expect(gameday).toMatchObject({ state: 'stopped', why: 'stopped by person' });
    expect([gameday.done.length, runs[0]?.verdict]).toEqual([1, 'aborted']);
  });

  test('waits for a sweep that began in its pause, can be stopped meanwhile, and goes on after it', async () => {
    const { id } = await play([ASK, experiment('slow')]);
    await isAt(id, 1);
    const sweep = dashboard.send('POST', '/api/sweeps', { body: {} });
    await eventually(async () =>
      expect((await dashboard.send('POST', '/api/sweeps', { body: {} })).status).toBe(409),
    );
    await post(id, 'continue');
    await isAt(id, 2);
    expect((await post(id, 'stop')).status).toBe(200);
    const next = await play([experiment('slow')]);
    await isAt(next.id, 1);
    planning.reject(new Error('nothing to plan'));
    expect((await sweep).status).toBe(500);
    expect((await ended(next.id)).done.map(({ verdict }) => verdict)).toEqual(['passed']);
  });

  test('stopped in the moment in which a run begins, aborts that run', async () => {
    const { id } = await play([ASK, experiment('slow', 8)]);
    await isAt(id, 1);
    const read = Promise.withResolvers<void>();
    reading = read.promise;
    await post(id, 'continue');
    await isAt(id, 2);
    const stopping = post(id, 'stop');
    await eventually(async () => {
      const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
      expect(entries.map(({ what }) => what)).toContain('gameday.stop');
    });
    read.resolve();
    expect((await stopping).status).toBe(200);
    const { gameday, runs } = await look(id);
    expect([gameday.state, runs.map(({ verdict }) => verdict)]).toEqual(['stopped', ['aborted']]);
  });

  test('is ended by the halt, also while it waits: nothing begins by itself when chaos is allowed again', async () => {
    const { id } = await play([ASK, experiment('slow')]);
    await isAt(id, 1);
    await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    expect(await ended(id)).toMatchObject({ state: 'stopped', why: 'all chaos was stopped: enough' });
  });

  test('begins only when every experiment is there', async () => {
    const body = { title: 'x', steps: [experiment('slow'), experiment('none')] };
    expect((await dashboard.send('POST', '/api/gamedays', { body })).status).toBe(404);
    expect((await dashboard.call('runs', 'GET', '/api/runs')).runs).toEqual([]);
  });

  test('is interrupted when the dashboard ends', async () => {
    const { id } = await play([ASK, experiment('slow')]);
    await isAt(id, 1);
    await dashboard.close();
    dashboard = await open();
    const { gameday, runs } = await look(id);
    expect([gameday.state, runs]).toEqual(['interrupted', []]);
    expect((await post(id, 'continue')).status).toBe(409);
  });

  test('that is followed is stopped by Ctrl-C', async () => {
    const folder = tempDir();
    const file = join(folder.path, 'day.yaml');
    writeFileSync(
      file,
      'title: Followed\nsteps: [{ type: ask, says: Well? }, { type: experiment, id: slow }]\n',
    );
    const { answered, ctrlC } = begun(dashboard.url, ['gameday', 'start', file, '--follow']);
    const { id } = await eventually(async () => {
      const [going] = (await dashboard.call('gamedays', 'GET', '/api/gamedays')).gamedays;
      if (going === undefined) throw new Error('it has not begun');
      return going;
    });
    ctrlC();
    expect(await answered).toMatchObject({ code: 1, out: expect.stringContaining('stopped: stopped by') });
    expect((await ended(id)).state).toBe('stopped');
    folder.remove();
  });

  test('is worked from the command line with a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stormglass-gameday-'));
    const file = join(folder, 'day.yaml');
    writeFileSync(
      file,
      'title: By file\nsteps:\n  - { type: experiment, id: slow }\n  - { type: ask, says: Well? }\n',
    );
    const started = await stormglass(dashboard.url, 'gameday', 'start', file);
    const id = started.out.split(' ')[0] ?? '';
    await isAt(id, 2);
    expect((await stormglass(dashboard.url, 'gameday', 'note', id, 'nobody')).out).toBe('noted at step 2\n');
    await stormglass(dashboard.url, 'gameday', 'continue', id);
    expect((await ended(id)).state).toBe('ended');
    expect((await stormglass(dashboard.url, 'gameday', 'report', id)).out).toContain('noted: nobody');
    writeFileSync(file, 'title: Wrong\nsteps: [{ type: nap }]\n');
    const wrong = await stormglass(dashboard.url, 'gameday', 'start', file);
    expect(wrong.err).toContain('steps[0].type (line 2)');
    rmSync(folder, { recursive: true });
  });
});
