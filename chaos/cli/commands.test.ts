import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ExperimentSpec, Run } from '../contract/index.ts';
import type { Mischief } from '../engine/simulated-world.ts';
import { SPEC, TinyDashboard } from './testing/tiny-dashboard.ts';
import { type } from './testing/type.ts';

let folder = '';
let dashboards: TinyDashboard[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stormglass-cli-'));
});
afterEach(async () => {
  await Promise.all(dashboards.map((dashboard) => dashboard.close()));
  dashboards = [];
  await rm(folder, { recursive: true });
});

async function dashboard(mischief: Mischief = {}): Promise<{ url: string; tiny: TinyDashboard }> {
  const tiny = new TinyDashboard(mischief);
  dashboards.push(tiny);
  return { url: await tiny.listen(), tiny };
}

const jsonLines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('stormglass run', () => {
  it('follows the run, tells its journal and exits with the code of the verdict', async () => {
    const { url } = await dashboard();
    const { code, out, statuses } = await type(['run', 'charges-fail', '--url', url], { columns: 80 });
    expect(code).toBe(2);
    for (const word of ['phase method', 'armed: Error answer on payments', 'reverted: fault-1']) {
      expect(out).toContain(word);
    }
    expect(out).toMatch(/verdict degraded-recovered/);
    expect(out).toMatch(/recovered [\d.]+ m?s after the fault, lost \d+ requests, blast radius 1 service\b/);
    expect(statuses.join('\n')).toMatch(/\[[#>.]{5}] \S+ {2}\d+ s/);
  });

  it('exits with 0 on a verdict that is accepted, and with 1 when a budget is broken', async () => {
    const { url } = await dashboard();
    const line = ['run', 'charges-fail', '--url', url, '--accept', 'degraded-recovered'];
    expect((await type([...line, '--budget', 'recover=10m'])).code).toBe(0);
    const broken = await type([...line, '--budget', 'outage=1ms']);
    expect(broken.code).toBe(1);
    expect(broken.out).toMatch(/budget broken: outage is .+, allowed 0.001 s/);
  });

  it('judges no budget of a run that measured nothing, and none of detection where nothing broke', async () => {
    const budgets = ['--budget', 'detect=1ms', '--budget', 'mitigate=1ms'];
    const notRun = await dashboard({ alwaysBad: 1 });
    const gated = await type(['run', 'charges-fail', '--url', notRun.url, ...budgets]);
    expect([gated.code, gated.out]).toEqual([3, expect.not.stringContaining('budget broken')]);
    const unhurt = await dashboard({ badUnderFault: 0 });
    expect((await type(['run', 'charges-fail', '--url', unhurt.url, ...budgets])).code).toBe(0);
  });

  it('tells machines each event and then the run, a line each', async () => {
    const { url } = await dashboard();
    const { code, out } = await type(['run', 'charges-fail', '--url', url, '--json']);
    const lines = jsonLines(out);
    expect(lines[0]).toMatchObject({ event: { type: 'phase', phase: 'steady-before' } });
    expect(lines.at(-1)).toMatchObject({
      run: { verdict: 'degraded-recovered' },
      exitCode: code,
      broken: [],
    });
  });

  it('writes each kind of report by the name of its file', async () => {
    const { url } = await dashboard({ badUnderFault: 0 });
    const file = (name: string) => join(folder, name);
    const reports = ['r.html', 'r.json', 'r.md'].flatMap((name) => ['--report', file(name)]);
    const line = ['run', 'charges-fail', '--url', url, ...reports, '--junit', file('r.txt')];
    expect((await type(line)).code).toBe(0);
    expect(await readFile(file('r.txt'), 'utf8')).toContain('tests="5" failures="0" errors="0" skipped="0"');
    const run = JSON.parse(await readFile(file('r.json'), 'utf8'));
    expect(run).toMatchObject({ verdict: 'passed', exitCode: 0 });
    expect(Run.safeParse(run).success).toBe(true);
    expect(await readFile(file('r.md'), 'utf8')).toContain('t4 - t3');
    expect(await readFile(file('r.html'), 'utf8')).toContain('<svg class="wide"');
    const refused = await type(['run', 'charges-fail', '--url', url, '--report', 'r.pdf']);
    expect([refused.code, refused.err]).toEqual([64, expect.stringContaining('.html, .md, .xml or .json')]);
  });

  it('takes a file, and refuses when the dashboard has another experiment of that name', async () => {
    const { url, tiny } = await dashboard();
    const file = join(folder, 'charges-fail.yaml');
    await writeFile(file, stringify(SPEC));
    expect((await type(['run', file, '--url', url])).code).toBe(2);
    await writeFile(file, stringify({ ...SPEC, title: 'something else' }));
    const other = await type(['run', file, '--url', url]);
    expect(other.code).toBe(9);
    expect(other.err).toContain('another experiment under the name charges-fail');
    expect(tiny.calls).toContain('POST /api/runs/run-1/abort');
  });

  it('aborts the run on Ctrl-C and waits for its verdict', async () => {
    const { url } = await dashboard({ neverEnds: true });
    const interrupted = AbortSignal.abort();
    const { code, out, err } = await type(['run', 'charges-fail', '--url', url], { interrupted });
    expect(code).toBe(7);
    expect(err).toContain('its faults are being reverted');
    expect(out).toContain('aborted by a person');
  });

  it('says what to do when the dashboard refuses, is not there, or the file is wrong', async () => {
    const { url } = await dashboard();
    const refused = await type(['run', 'no-such-thing', '--url', url]);
    expect([refused.code, refused.err]).toEqual([69, 'there is no such experiment\nList them.\n']);
    const absent = await type(['run', 'charges-fail'], { env: { STORMGLASS_URL: 'http://127.0.0.1:1' } });
    expect(absent.code).toBe(69);
    expect(absent.err).toContain('Start it with `npm start`');
    const file = join(folder, 'bad.yaml');
    await writeFile(file, 'title: only a title');
    const bad = await type(['run', file, '--url', url]);
    expect(bad.code).toBe(9);
    expect(bad.err).toContain('description is missing; write a string');
  });
});

describe('stormglass validate', () => {
  it('names code, field, line and next step of every problem, and exits with the worst code', async () => {
    const good = join(folder, 'good.yaml');
    const bad = join(folder, 'bad.yaml');
    await writeFile(good, stringify(SPEC));
    await writeFile(bad, stringify({ ...SPEC, budget: { recover: 9_999 }, colour: 'red' }));
    const { code, out } = await type(['validate', good, bad, '--json']);
    expect(code).toBe(9);
    const { files } = JSON.parse(out);
    expect(files[0]).toEqual({ file: good, valid: true, title: SPEC.title });
    const [problem] = files[1].error.error.problems;
    expect(problem).toEqual({
      ...{ code: 'out_of_range', path: 'budget.recover', line: expect.any(Number), column: 12 },
      ...{ message: 'is 9999; write at most 600', next: expect.stringContaining('within the bounds') },
    });
    expect((await type(['validate', good])).out).toBe(`${good}: valid, "${SPEC.title}"\n`);
    expect((await type(['validate', join(folder, 'none.yaml')])).code).toBe(64);
  });
});

describe('stormglass', () => {
  it('halts with a reason, and allows chaos again', async () => {
    const { url, tiny } = await dashboard();
    const halted = await type(['halt', '--reason', 'enough', '--url', url]);
    expect(halted).toMatchObject({ code: 0, out: 'all chaos is stopped, last effect gone after 12 ms\n' });
    const released = await type(['halt', 'release', '--url', url, '--json']);
    expect(JSON.parse(released.out)).toMatchObject({ halted: false });
    expect(tiny.calls).toEqual(['POST /api/halt', 'DELETE /api/halt']);
  });

  it('lists and shows experiments; what is shown is a file again', async () => {
    const { url } = await dashboard();
    expect((await type(['experiments', 'list', '--url', url])).out).toContain('charges-fail  charges fail');
    const shown = await type(['experiments', 'show', 'charges-fail', '--url', url]);
    expect(ExperimentSpec.parse(parse(shown.out))).toEqual(SPEC);
    const none = await type(['experiments', 'show', 'other', '--url', url]);
    expect([none.code, none.err]).toEqual([69, expect.stringContaining('experiments list')]);
  });

  it('shows what an experiment would hurt, and arms nothing', async () => {
    const { url } = await dashboard();
    const { code, out } = await type(['dry-run', 'charges-fail', '--url', url]);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/charges fail: Error answer.*\n {2}payments {2}payments-1/),
    ]);
    expect((await type(['faults', 'list', '--url', url])).out).toBe('no fault is armed\n');
  });

  it("fetches a run's report in each format, the newest by name", async () => {
    const { url } = await dashboard();
    expect((await type(['report', 'latest', '--url', url])).err).toContain('There was no run yet.');
    await type(['run', 'charges-fail', '--url', url]);
    const report = (...more: string[]) => type(['report', 'latest', '--url', url, ...more]);
    expect((await report()).out).toContain(`# ${SPEC.title}`);
    expect((await report('--format', 'junit')).out).toContain('<testsuites>');
    expect(JSON.parse((await report('--json')).out)).toMatchObject({ id: 'run-1', exitCode: 2 });
    const file = join(folder, 'r.html');
    expect((await report('--output', file)).out).toBe(`${file}: html of run run-1\n`);
    expect(await readFile(file, 'utf8')).toContain('<!doctype html>');
  });

  it('says its version, and that of a dashboard', async () => {
    const { url } = await dashboard();
    const { out } = await type(['version', '--url', url, '--json']);
    expect(JSON.parse(out)).toEqual({ stormglass: '0.1.0', node: process.version, dashboard: '9.9.9' });
    expect((await type(['version', '--url', 'http://127.0.0.1:1'])).out).toContain('no dashboard answers');
  });

  it('refuses a command line it does not understand, with the next step', async () => {
    const wrong = [
      ...[['fly'], ['run'], ['run', 'a', 'b'], ['halt'], ['run', 'x', '--seed', 'y'], ['run', 'x', '--nope']],
      ...[
        ['faults'],
        ['report', 'latest', '--format', 'pdf'],
        ['completion', 'csh'],
        ['run', 'x', '--budget', 'a'],
      ],
    ];
    for (const argv of wrong) {
      const { code, err } = await type(argv);
      expect([code, err], argv.join(' ')).toEqual([64, expect.stringContaining('See `stormglass help')]);
    }
    const { err } = await type(['fly', '--json']);
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'invalid_request', next: 'See `stormglass help`.' },
    });
  });

  it('explains itself: all commands with exit codes, a group, one command', async () => {
    const all = (await type(['help'])).out;
    for (const words of ['stormglass faults arm', ' 2  degraded-recovered', '69  unavailable']) {
      expect(all).toContain(words);
    }
    expect(all).not.toContain('__complete');
    expect((await type(['faults', '--help'])).out).toContain('stormglass faults release <id>');
    expect((await type(['run', '--help'])).out).toMatch(/--accept VERDICT\.\.\./);
    expect((await type(['help', 'halt'])).out).toContain('stormglass halt release');
  });
});

describe('stormglass import and export', () => {
  it('counts what it sent, and names the line it could not', async () => {
    const file = join(folder, 'recording.jsonl');
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] };
    await writeFile(file, `${JSON.stringify(request)}\n`);
    const { url, close } = await receiver();
    expect(await type(['import', file, '--to', url])).toMatchObject({
      code: 0,
      out: expect.stringContaining('imported 2 spans, 0 log records, 0 metrics in 1 lines'),
    });
    await close();
    await writeFile(file, `${JSON.stringify(request)}\nnot json\n`);
    const { code, err } = await type(['import', file, '--to', url]);
    expect([code, err]).toEqual([64, expect.stringContaining('recording.jsonl:2: not JSON')]);
    for (const wrong of [
      [],
      ['a', 'b'],
      ['a', '--speed', '0'],
      ['a', '--speed', 'fast'],
      ['a', '--to', 'x'],
    ]) {
      expect((await type(['import', ...wrong])).err).toMatch(/import takes|--speed is|--to is/);
    }
  });

  it("carries the run along, and an import writes the run's report", async () => {
    const { url, tiny } = await dashboard();
    await type(['run', 'charges-fail', '--url', url]);
    const file = join(folder, 'recording.jsonl');
    expect(await type(['export', file, '--run', 'run-1', '--url', url])).toMatchObject({
      ...{ code: 0, out: expect.stringContaining('2 lines') },
    });
    expect(tiny.calls.at(-1)).toBe('GET /api/export/recording?run=run-1');
    const { url: to, close } = await receiver();
    const report = join(folder, 'report.md');
    expect(await type(['import', file, '--to', to, '--report', report])).toMatchObject({
      ...{ code: 0, out: expect.stringContaining(`run run-1 of "${SPEC.title}": degraded-recovered`) },
    });
    await close();
    expect(await readFile(report, 'utf8')).toContain(SPEC.title);
  });
});

/** Takes whatever is sent to it. */
async function receiver(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
